import { expect, test } from "bun:test";
import { stateDiff } from "../../../sim/traffic/state-diff.ts";
import { OpType } from "../../../src/wire/model.ts";
import { stateHash } from "../../../src/wire/state-hash.ts";

const NO_BASE = new Uint8Array(0);
const filler = "x".repeat(500);

test("a small change of a large state is a patch with JSON values", () => {
  const diff = stateDiff({ filler, a: 1, gone: true }, { filler, a: { b: "é" } }, NO_BASE);
  expect(diff.fullState).toBeUndefined();
  expect(
    diff.operations?.map(({ op, path, value }) => [op, path, value && Buffer.from(value).toString()]),
  ).toEqual([
    [OpType.OP_TYPE_REMOVE, "/gone", undefined],
    [OpType.OP_TYPE_REPLACE, "/a", '{"b":"é"}'],
  ]);
});

test("a patch of more than 110 % of the state is replaced by the whole state", () => {
  const after = { a: 1 };
  const diff = stateDiff({ b: 1, c: 2, d: 3 }, after, NO_BASE);
  expect(diff.operations).toBeUndefined();
  expect(Buffer.from(diff.fullState ?? []).toString()).toBe('{"a":1}');
  expect(diff.stateHash).toEqual(stateHash(after));
});

test("a patch of just 110 % of the state stays a patch", () => {
  // The patch is [{"op":"replace","path":"/v","value":"…"}] of 41 bytes and the text, the state {"v":"…"} of 8.
  const sized = (length: number) => stateDiff({ v: "" }, { v: "y".repeat(length) }, NO_BASE);
  const patchBytes = (length: number) => 41 + length;
  const limit = (length: number) => Math.floor(((8 + length) * 11) / 10);
  const first = Array.from({ length: 1000 }, (_, i) => i + 1).find((n) => patchBytes(n) <= limit(n)) ?? 0;
  expect(sized(first).fullState).toBeUndefined();
  expect(sized(first - 1).operations).toBeUndefined();
});
