import { describe, expect, test } from "bun:test";
import { promqlCommand } from "../../src/cli/promql.ts";
import { runCommand } from "./cli-rig.ts";

const FILES: Readonly<Record<string, string>> = {
  "good.test": "load 1m\n a 1 2\n\neval instant at 1m a\n a 2\n\neval instant at 1m mad_over_time(a[5m])\n",
  "bad.test": "load 1m\n a 1 2\n\neval instant at 1m a\n a 3\n",
  "loads.test": "load 1m\n a 1 2\n",
  "empty.test": "# nothing\n",
  "broken.test": "load 1m\n a 1 2\n\neval at 1m a\n",
};

function readFile(path: string): string {
  const text = FILES[path];
  if (text === undefined) throw new Error("ENOENT: no such file");
  return text;
}

const run = (...args: readonly string[]) =>
  runCommand([promqlCommand], ["promql", "test", ...args], { context: { readFile } });

describe("promql test", () => {
  test("lists what was skipped, and counts", async () => {
    const { exitCode, stdout } = await run("good.test");
    expect(stdout.trimEnd().split("\n")).toEqual([
      'skip good.test:7: mad_over_time(a[5m]) (1:1: function "mad_over_time" is experimental and not supported)',
      "1 passed, 0 failed, 1 skipped",
    ]);
    expect(exitCode).toBe(0);
  });

  test("lists what failed, and exits 1", async () => {
    const { exitCode, stdout } = await run("good.test", "bad.test");
    expect(stdout).toContain("FAIL bad.test:4: a\n     expected a 3\n     got      a 2\n");
    expect(stdout).toEndWith("1 passed, 1 failed, 1 skipped\n");
    expect(exitCode).toBe(1);
  });

  test("prints everything as one JSON object", async () => {
    const { stdout } = await run("good.test", "bad.test", "--json");
    expect(JSON.parse(stdout)).toEqual({
      passed: 1,
      failed: 1,
      skipped: 1,
      failures: [{ file: "bad.test", line: 4, expression: "a", expected: "a 3", got: "a 2" }],
      skips: [
        {
          file: "good.test",
          line: 7,
          expression: "mad_over_time(a[5m])",
          reason: '1:1: function "mad_over_time" is experimental and not supported',
        },
      ],
    });
  });

  test.each([
    ["missing.test", "error: missing.test cannot be read: ENOENT: no such file\n"],
    ["loads.test", "error: loads.test evaluates nothing, expected at least one line that begins with eval\n"],
    ["empty.test", "error: empty.test evaluates nothing, expected at least one line that begins with eval\n"],
    [
      "broken.test",
      'error: broken.test:4: expected eval instant at TIME EXPR or eval range from TIME to TIME step DURATION EXPR, not "eval at 1m a"\n',
    ],
  ])("%s exits 2 and says why, and runs nothing", async (file, message) => {
    const { exitCode, stdout, stderr } = await run("bad.test", file);
    expect([exitCode, stdout, stderr]).toEqual([2, "", message]);
  });

  test("wants a file", async () => {
    expect((await run()).exitCode).toBe(2);
  });
});
