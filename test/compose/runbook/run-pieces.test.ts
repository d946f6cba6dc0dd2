import { describe, expect, test } from "bun:test";
import { systemProcesses } from "../../../src/runtime/process-identity.ts";
import { eventually } from "../../support/eventually.ts";
import { type Block, piecesOf } from "./blocks.ts";
import {
  type all,
  curlRefusesUrl,
  exits,
  filled,
  json,
  jsonValues,
  lines,
  prints,
  succeeds,
  value,
} from "./checks.ts";
import { type PieceResult, runPieces } from "./run-pieces.ts";

const options = { cwd: "/", env: { PATH: process.env.PATH ?? "" }, timeoutMs: 10_000 };
const run = (...pieces: readonly string[]) => runPieces(pieces, options);

describe("pieces of a block", () => {
  test("stand between empty lines", () => {
    const block = { text: "# one\na \\\n  b\n\n# two\nc\n  \nd" } as Block;
    expect(piecesOf(block)).toEqual(["# one\na \\\n  b", "# two\nc", "d"]);
  });

  test("share variables, and keep their output and exit codes apart", async () => {
    const results = await run("A=1; echo a >&2; false | true", 'echo "$A"', "true | exit 3 | (exit 4)");
    expect(results.map(({ stdout, stderr, statuses }) => [stdout, stderr, statuses])).toEqual([
      ["", "a\n", [1, 0]],
      ["1\n", "", [0]],
      ["", "", [0, 3, 4]],
    ]);
  });

  test("that bash cannot read keep no other from its turn", async () => {
    const [, broken, next] = await run("true", "docker restart <container-name>", "echo here");
    expect([broken?.statuses, broken?.isLate]).toEqual([null, false]);
    expect(broken?.stderr).toContain("syntax error");
    expect(next?.stdout).toBe("here\n");
  });

  test("have no standard input", async () => expect((await run("cat"))[0]?.statuses).toEqual([0]));

  test("that do not end are ended with all that they started", async () => {
    const [before, late] = await runPieces(["echo here", "sleep 600 & echo $!; wait"], {
      ...options,
      timeoutMs: 500,
    });
    expect([before?.stdout, before?.isLate]).toEqual(["here\n", false]);
    expect([late?.statuses, late?.isLate]).toEqual([null, true]);
    const pid = Number(late?.stdout);
    expect(pid).toBeGreaterThan(1);
    await eventually(() => systemProcesses.of(pid).startedAt === null);
  });
});

describe("a check", () => {
  const result = (given: Partial<PieceResult>): PieceResult => ({
    stdout: "",
    stderr: "",
    statuses: [0],
    isLate: false,
    ...given,
  });
  const facts = new Map([["thread", "t-1"]]);
  const holds = (check: ReturnType<typeof all>, given: Partial<PieceResult>) =>
    check(result(given), facts) === null;

  test("of exit codes passes over writers whose reader had enough", () => {
    expect([[0], [141, 0], [0, 141, 0]].map((statuses) => holds(succeeds, { statuses }))).toEqual([
      true,
      true,
      true,
    ]);
    expect([[1], [0, 141], [3, 0], null].map((statuses) => holds(succeeds, { statuses }))).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect([holds(exits(0, 1), { statuses: [0, 1] }), holds(exits(1), { statuses: [0, 1] })]).toEqual([
      true,
      false,
    ]);
  });

  test("of texts fills facts in", () => {
    expect(holds(prints("of <thread>,"), { stdout: "of t-1, and" })).toBe(true);
    expect(holds(prints("of <thread>,"), { stdout: "of t-2, and" })).toBe(false);
    expect(filled("<thread> <other>", facts)).toBe("t-1 <other>");
  });

  test("of lines asks for enough of them, each as it should be", () => {
    expect([2, 3].map((least) => holds(lines(least, /^a/), { stdout: "ab\n\nac\n" }))).toEqual([true, false]);
    expect(holds(lines(1, /^a/), { stdout: "ab\nb\n" })).toBe(false);
  });

  test("of JSON reads what jq prints", () => {
    const stdout = '{\n  "a": [\n    1,\n    {}\n  ]\n}\n"text {"\n3\n[]\n{"b":1}\nnull\n';
    expect(jsonValues(stdout)).toEqual([{ a: [1, {}] }, "text {", 3, [], { b: 1 }, null]);
    expect([6, 7].map((least) => holds(json(least), { stdout }))).toEqual([true, false]);
    expect(holds(json(0), { stdout: '{\n  "a": 1\n' })).toBe(false);
  });

  test("of a number takes it from a JSON text", () => {
    const above1 = value((figure) => figure > 1, "number above 1");
    expect(['"2"', '"1"', '"NaN"', "null", ""].map((stdout) => holds(above1, { stdout }))).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  test("of curl wants it to refuse the address, and nothing printed", () => {
    expect(holds(curlRefusesUrl, { statuses: [3, 0] })).toBe(true);
    expect(holds(curlRefusesUrl, { statuses: [0, 0] })).toBe(false);
    expect(holds(curlRefusesUrl, { statuses: [3, 0], stdout: '"1"' })).toBe(false);
  });
});
