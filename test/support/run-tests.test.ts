import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const RUNNER = join(import.meta.dir, "run-tests.ts");
const EVENTUALLY = join(import.meta.dir, "eventually.ts");
const PASSES = 'import { test } from "bun:test";\ntest("works", () => {});\n';
/** What the runner knows a file by. Not spelt out, for it would take this file for one of those too. */
const calls = (suite: string) => `const ${suite} = () => {};\n${suite}();\n`;
const LONG = `${PASSES}${calls("describeLong")}`;
const directory = mkdtempSync(join(tmpdir(), "dashstream-runner-"));

afterAll(() => rmSync(directory, { recursive: true }));

/** Runs the runner on a tree of these test files. */
async function run(files: Readonly<Record<string, string>>) {
  const tree = mkdtempSync(join(directory, "tree-"));
  mkdirSync(join(tree, "test"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(tree, "test", name), text);
  // As in `make test`, whatever this test itself is run with.
  const env = { ...process.env, DASHSTREAM_SKIP_REAL: "", DASHSTREAM_SKIP_LONG: "" };
  const command = [process.execPath, RUNNER];
  const child = Bun.spawn(command, { cwd: tree, env, stdout: "pipe", stderr: "inherit" });
  const output = await new Response(child.stdout).text();
  await child.exited;
  return { exitCode: child.exitCode, output, lastLine: output.trimEnd().split("\n").at(-1) };
}

describe("the test runner", () => {
  test("ends with the totals of all files", async () => {
    const { exitCode, lastLine } = await run({ "a.test.ts": PASSES, "b.test.ts": PASSES });
    expect([exitCode, lastLine]).toEqual([0, "2 passed, 0 failed"]);
  });

  test("fails with a failing test and shows what the file printed", async () => {
    const failing = `${PASSES}test("breaks", () => { throw new Error("the reason"); });\n`;
    const { exitCode, lastLine, output } = await run({ "a.test.ts": failing, "b.test.ts": PASSES });
    expect([exitCode, lastLine]).toEqual([1, "2 passed, 1 failed"]);
    expect(output).toContain("error: the reason");
    expect(output).toContain("\nfailed: test/a.test.ts: breaks: the reason\n");
  });

  test("names what was skipped and why", async () => {
    const skipping = `${PASSES}test["skip"]("needs kcat", () => {});\n`;
    const { exitCode, lastLine, output } = await run({ "a.test.ts": skipping });
    expect([exitCode, lastLine]).toEqual([0, "1 passed, 0 failed, 1 skipped"]);
    expect(output).toContain("skipped 1: needs kcat");
  });

  test("runs files with long suites beside those of real components", async () => {
    const real = `
      import { existsSync } from "node:fs";
      import { test } from "bun:test";
      import { eventually } from "${EVENTUALLY}";
      ${calls("describeReal")}
      test("waits for the other", async () => {
        await eventually(() => existsSync("other"));
      });`;
    const long = `${LONG}await Bun.write("other", "");\n`;
    const { exitCode, lastLine } = await run({ "a.test.ts": real, "b.test.ts": long });
    expect([exitCode, lastLine]).toEqual([0, "2 passed, 0 failed"]);
  });

  test("runs long files of real components one at a time, beside others of real components", async () => {
    // So many that each round of them begins long after the first file has.
    const others = Array.from({ length: 9 }, (_, index) => `${index}.test.ts`);
    const alone = `
      import { existsSync, rmSync, writeFileSync } from "node:fs";
      import { test } from "bun:test";
      import { eventually } from "${EVENTUALLY}";
      ${calls("describeReal")}
      ${calls("describeLong")}
      test("is alone, and beside others", async () => {
        writeFileSync("running", "", { flag: "wx" });
        await eventually(() => ${JSON.stringify(others)}.every((name) => existsSync("ran-" + name)));
        rmSync("running");
      });`;
    const other = (name: string) => `${PASSES}${calls("describeReal")}await Bun.write("ran-${name}", "");\n`;
    const { lastLine } = await run({
      "a.test.ts": alone,
      "b.test.ts": alone,
      ...Object.fromEntries(others.map((name) => [name, other(name)])),
    });
    expect(lastLine).toBe("11 passed, 0 failed");
  });

  test.each([
    ["use real components", `${PASSES}${calls("describeReal")}`],
    ["have long suites", LONG],
    ["are about seconds", `${PASSES}${calls("describeTimed")}`],
  ])("runs files that %s after plain ones", async (_, text) => {
    const { output } = await run({ "a.test.ts": text, "b.test.ts": PASSES });
    expect(output.indexOf("test/b.test.ts")).toBeLessThan(output.indexOf("test/a.test.ts"));
  });

  test("runs files that are about seconds before long ones", async () => {
    const { output } = await run({ "a.test.ts": LONG, "b.test.ts": `${PASSES}${calls("describeTimed")}` });
    expect(output.indexOf("test/b.test.ts")).toBeLessThan(output.indexOf("test/a.test.ts"));
  });

  test.each([
    ["does not load", 'import "./absent.ts";\n'],
    ["has no test", "export const a = 1;\n"],
    ["ends its process", `${PASSES}test("leaves", () => process.exit(0));\n`],
  ])("counts a file that %s as a failure", async (_, text) => {
    const { exitCode, lastLine, output } = await run({ "a.test.ts": text, "b.test.ts": PASSES });
    expect([exitCode, lastLine]).toEqual([1, "1 passed, 1 failed"]);
    expect(output).toContain("\nfailed: test/a.test.ts: the file: ");
  });

  test("removes what a file leaves among its temporary ones", async () => {
    const leaves = `
      import { mkdtempSync } from "node:fs";
      import { tmpdir } from "node:os";
      import { test } from "bun:test";
      test("leaves a folder", () => console.error("left " + mkdtempSync(tmpdir() + "/left-")));
      test("fails", () => { throw new Error("so that its output is shown"); });`;
    const { output } = await run({ "a.test.ts": leaves });
    const [, left = ""] = /^left (.+)$/m.exec(output) ?? [];
    expect(left).toContain("/left-");
    expect(existsSync(left)).toBe(false);
  });

  test("does not call a run without any test a success", async () => {
    const { exitCode, lastLine } = await run({});
    expect([exitCode, lastLine]).toEqual([1, "0 passed, 0 failed"]);
  });
});
