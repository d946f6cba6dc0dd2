// Makes the script of the page from its TypeScript: `bun sim/verify/report/html/generate.ts` writes it, a test compares.

import { fileURLToPath } from "node:url";

const HEADING = "// Generated from page/*.ts by `bun sim/verify/report/html/generate.ts`; do not edit.\n";

export const PAGE_SCRIPT = new URL("./page-script.generated.js", import.meta.url);

/** The script as it must be on disk. */
export async function buildPageScript(): Promise<string> {
  const folder = fileURLToPath(new URL(".", import.meta.url));
  const { outputs } = await Bun.build({
    entrypoints: [`${folder}page/main.ts`],
    root: folder,
    target: "browser",
    format: "iife",
  });
  const [script] = outputs;
  if (script === undefined) throw new Error("the script of the page came out empty");
  // The bundler names files by their paths from the working directory.
  const code = (await script.text()).replace(/^ *\/\/ \S*\.ts\n/gm, "");
  return `${HEADING}${code}`;
}
