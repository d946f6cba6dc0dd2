import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lastOf, newLines, readLog } from "../../../../compose/processes/running/log-file.ts";

let dir: string;
let log: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "dashstream-log-"));
  log = join(dir, "one.log");
});
afterEach(() => rmSync(dir, { recursive: true }));

describe("new lines of a log", () => {
  test("are those since the last look; one that is still being written comes when it is whole", () => {
    writeFileSync(log, "first\n");
    const { end } = readLog(log);
    appendFileSync(log, "größer\nhal");
    const some = newLines(log, end);
    expect(some.lines).toEqual(["größer"]);
    appendFileSync(log, "f\n");
    expect(newLines(log, some.end).lines).toEqual(["half"]);
  });

  test("are all of them once the log was begun anew", () => {
    writeFileSync(log, "a long line of the old log\n");
    const { end } = readLog(log);
    writeFileSync(log, "new\n");
    expect(newLines(log, end).lines).toEqual(["new"]);
  });

  test("are none where there is no log", () => {
    expect(newLines(log, 0)).toEqual({ lines: [], end: 0 });
  });
});

test.each([
  [0, []],
  [2, ["b", "c"]],
  [5, ["a", "b", "c"]],
])("the last %d of three lines", (count, expected) => {
  expect(lastOf(["a", "b", "c"], count)).toEqual(expected);
});
