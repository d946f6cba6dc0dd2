import { describe, expect, test } from "bun:test";
import { checksOf, judgeDemo, judgeVerify, type Run } from "./checks.ts";

const run = (changes: Partial<Run>): Run => ({ exitCode: 0, stdout: "", stderr: "", ...changes });
const GOOD = { produced: 10, delivered: 10, lost: 0, duplicated: 0, gaps: 0, dead_letters: 0 };

describe("the demo's last line", () => {
  test("passes when everything arrived once", () => {
    expect(judgeDemo(run({ stdout: `listening\n${JSON.stringify(GOOD)}\n` }))).toBeNull();
  });

  test.each([
    [{ produced: 0, delivered: 0 }, "produced is 0, expected more than 0"],
    [{ delivered: 9 }, "delivered is 9, expected 10"],
    [{ lost: 1 }, "lost is 1, expected 0"],
    [{ duplicated: 2 }, "duplicated is 2, expected 0"],
    [{ gaps: 1 }, "gaps is 1, expected 0"],
    [{ dead_letters: undefined }, "dead_letters is undefined, expected 0"],
  ])("with %p it fails", (changes, reason) => {
    expect(judgeDemo(run({ stdout: JSON.stringify({ ...GOOD, ...changes }) }))).toBe(reason);
  });

  test("must be JSON", () => {
    expect(judgeDemo(run({ stdout: "all fine\n" }))).toBe("the last line is no JSON object: all fine");
  });
});

describe("the report of a verification", () => {
  const report = (...alerts: readonly unknown[]) => run({ stdout: JSON.stringify({ alerts }) });

  test("passes when every alert is proven", () => {
    expect(judgeVerify(report({ alert: "A", proven: true }))).toBeNull();
  });

  test("fails with an alert that is not proven, and with none", () => {
    expect(judgeVerify(report({ alert: "A", proven: true }, { alert: "B", proven: false }))).toBe(
      'not proven: [{"alert":"B","proven":false}]',
    );
    expect(judgeVerify(report())).toStartWith("no alerts in");
    expect(judgeVerify(run({ stdout: "all proven\n" }))).toStartWith("no alerts in");
  });
});

describe("every check", () => {
  test.each(checksOf("1.2.3").map((check) => [check.name, check] as const))("%s", (_, { judge }) => {
    expect(judge(run({ exitCode: null }))).toBe("did not end in time");
    expect(judge(run({ exitCode: 70 }))).toStartWith("exit code 70");
    expect(judge(run({ stdout: "hostile preload\n" }))).toBe("took a value from a file beside it");
  });
});
