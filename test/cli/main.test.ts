// The program as its own process: what only a process has, such as signals, pipes and exit codes.

import { describe, expect, test } from "bun:test";
import { join } from "node:path";

const MAIN = join(import.meta.dir, "..", "..", "src", "cli", "main.ts");

function spawn(...args: readonly string[]) {
  return Bun.spawn([process.execPath, MAIN, ...args], {
    env: { PATH: process.env.PATH },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
}

/** Starts a broker and waits until it listens. */
async function startBroker() {
  const child = spawn("broker", "--port", "0", "--json");
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  expect(value).toContain('"type":"listening"');
  return { child, reader };
}

describe("the process", () => {
  test.each(["SIGINT", "SIGTERM"] as const)("ends in order on %s, with exit code 0", async (signal) => {
    const { child, reader } = await startBroker();
    child.kill(signal);
    expect(await child.exited).toBe(0);
    expect((await reader.read()).value).toContain('"type":"summary"');
  });

  test("ends quietly when nobody reads its output any more", async () => {
    const { child, reader } = await startBroker();
    await reader.cancel();
    child.kill("SIGINT");
    expect(await child.exited).toBe(0);
    expect(await new Response(child.stderr).text()).not.toContain("error");
  });

  test("exits 2 on a wrong command line", async () => {
    const child = spawn("no-such-command");
    expect(await child.exited).toBe(2);
    expect(await new Response(child.stderr).text()).toStartWith("error: unknown command");
  });
});
