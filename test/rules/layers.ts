// Who may import whom. A folder of src/ imports only from folders before it in the list below; sim/ may use all of
// src/ except the commands; only the commands use sim/; what compose/ generates from src/ is no part of the program; and the
// client library runs where there is only a browser.

import { codeOf, importsOf, resolveImport, type SourceFile, type Violation } from "./source-tree.ts";

/** The layers of src/, lowest first. */
export const LAYERS: readonly string[] = [
  "errors.ts",
  "runtime",
  "config",
  "telemetry",
  "wire",
  "kafka-protocol",
  "stream",
  "dlq",
  "server",
  "client",
  "quality",
  "promql",
  "alerts",
  "console",
  "cli",
];

/** Top folder and, below src/, the layer: `["src", "wire"]`, `["sim", null]`. */
function placeOf(path: string): readonly [top: string, layer: string | null] {
  const [top = "", second = ""] = path.split("/");
  return [top, top === "src" ? second : null];
}

function rankOf(layer: string): number {
  return LAYERS.indexOf(layer);
}

/** Why `from` may not import `to`, or `null`. Both are paths from the top of the tree. */
function objection(from: string, to: string): string | null {
  const [fromTop, fromLayer] = placeOf(from);
  const [toTop, toLayer] = placeOf(to);
  if (toTop === "test") return "only tests import from test/";
  if (fromTop === "src" && toTop === "sim") {
    return fromLayer === "cli" ? null : "in src/ only src/cli/ imports from sim/";
  }
  if (fromTop !== "compose" && toTop === "compose") return "compose/ is no part of the program";
  if (fromTop === "compose" && toTop === "sim") return "compose/ imports from src/ only";
  // The commands of the stack print as those of the program do.
  const hasCommands = fromTop === "src" || from.startsWith("compose/processes/");
  if (!hasCommands && toLayer === "cli") return `${fromTop}/ does not import from src/cli/`;
  if (fromLayer === null || toLayer === null || fromLayer === toLayer) return null;
  return rankOf(toLayer) < rankOf(fromLayer) ? null : `${fromLayer} comes before ${toLayer} in the layers`;
}

/** Imports between layers that the order does not allow, and folders that have no place in it. */
export function layerViolations(files: readonly SourceFile[]): readonly Violation[] {
  return files.flatMap((file) => {
    const [, layer] = placeOf(file.path);
    if (layer !== null && rankOf(layer) < 0) return [`${file.path}: ${layer} is not in the list of layers`];
    return importsOf(file).flatMap(({ specifier }) => {
      const target = resolveImport(file.path, specifier);
      const reason = target === null ? null : objection(file.path, target);
      return reason === null ? [] : [`${file.path}: imports ${specifier}, but ${reason}`];
    });
  });
}

const NODE_MODULE = /^(node|bun|deno):|^bun$/;
const SERVER_GLOBAL = /(?<![.\w"'`])(Buffer|process|Bun|Deno|require|setImmediate|global)\b(?=[.([])/;

/**
 * Modules and globals of a server runtime that `src/client/` uses, itself or through another file of src/. What nobody
 * calls counts too: a bundler may keep it.
 */
export function browserViolations(files: readonly SourceFile[]): readonly Violation[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const queue = files.filter((file) => file.path.startsWith("src/client/")).map((file) => [file.path]);
  const seen = new Set(queue.flat());
  const violations: Violation[] = [];
  for (let chain = queue.shift(); chain !== undefined; chain = queue.shift()) {
    const file = byPath.get(chain.at(-1) ?? "");
    if (file === undefined) continue;
    const name = SERVER_GLOBAL.exec(codeOf(file))?.[1];
    if (name !== undefined) violations.push(`${chain.join(" > ")}: uses ${name}, which a browser lacks`);
    for (const { specifier, isValue } of importsOf(file)) {
      if (!isValue) continue;
      const target = resolveImport(file.path, specifier);
      if (target === null && NODE_MODULE.test(specifier)) {
        violations.push(`${chain.join(" > ")}: loads ${specifier}, which a browser lacks`);
      } else if (target !== null && !seen.has(target)) {
        seen.add(target);
        queue.push([...chain, target]);
      }
    }
  }
  return violations;
}
