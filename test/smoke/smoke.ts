// Starts the program as a user would, from an empty directory with nothing configured, and ends with one line
// `N passed, N failed`.
//
//   bun test/smoke/smoke.ts binary dist/dashstream     the compiled executable
//   bun test/smoke/smoke.ts deno                       the sources on Deno, without network access for modules

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import manifest from "../../package.json";
import { type Check, checksOf, HOSTILE_FILES, type Run } from "./checks.ts";
import { runSession } from "./session.ts";

const root = join(import.meta.dir, "..", "..");
const print = (line: string) => process.stdout.write(`${line}\n`);

/** How the program is started, without its own arguments. */
function commandOf(kind: string | undefined, path: string | undefined): readonly string[] {
  if (kind === "binary" && path !== undefined) return [resolve(path)];
  if (kind === "deno" && path === undefined) {
    const config = `--config=${join(root, "deno.json")}`;
    const deno = join(root, "node_modules", ".bin", "deno");
    return [deno, "run", "-A", "--quiet", "--no-remote", config, join(root, "src", "cli", "main.ts")];
  }
  throw new Error("usage: smoke.ts binary PATH | smoke.ts deno");
}

async function start(command: readonly string[], check: Check, directory: string): Promise<Run> {
  const env = { PATH: process.env.PATH, HOME: directory, ...check.env };
  const child = Bun.spawn([...command, ...check.args], {
    cwd: directory,
    env,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: check.timeoutMs,
    killSignal: "SIGKILL",
  });
  const [stdout, stderr] = await Promise.all([
    textOf(child.stdout, check.endOn ?? null, () => child.kill("SIGTERM")),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { exitCode: child.exitCode, stdout, stderr };
}

/** All of a stream; `seen` is called once when `text` has come by. */
async function textOf(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  text: string | null,
  seen: () => void,
): Promise<string> {
  let all = "";
  let waiting = text;
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    all += chunk;
    if (waiting === null || !all.includes(waiting)) continue;
    waiting = null;
    seen();
  }
  return all;
}

/** Runs something in a directory of its own that holds the hostile files. */
async function inDirectory<T>(run: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), "dashstream-smoke-"));
  for (const [name, text] of Object.entries(HOSTILE_FILES)) writeFileSync(join(directory, name), text);
  return await run(directory).finally(() => rmSync(directory, { recursive: true }));
}

const [kind, path] = process.argv.slice(2);
const command = commandOf(kind, path);
const counts = { passed: 0, failed: 0 };
function report(name: string, defect: string | null): void {
  counts[defect === null ? "passed" : "failed"]++;
  print(`${defect === null ? "ok  " : "FAIL"} ${kind}: ${name}${defect === null ? "" : `: ${defect}`}`);
}

for (const check of checksOf(manifest.version)) {
  const run = await inDirectory((directory) => start(command, check, directory));
  const defect = check.judge(run);
  report(check.name, defect);
  if (defect !== null) print(`${run.stdout}${run.stderr}`.trimEnd());
}
const session = await inDirectory((directory) => runSession(command, directory));
for (const { name, defect } of session) report(name, defect);
print(`${counts.passed} passed, ${counts.failed} failed`);
process.exit(counts.failed > 0 ? 1 : 0);
