import { expect, test } from "bun:test";
import { inRequests } from "../../src/stream/request-size.ts";

const cut = (sizes: readonly number[]) => inRequests(sizes, (size) => size, 10);

test("items go together as long as they fit, in their order", () => {
  expect(cut([4, 6, 1, 9, 3])).toEqual([[4, 6], [1, 9], [3]]);
});

test("one that is too large goes alone", () => {
  expect(cut([1, 11, 2])).toEqual([[1], [11], [2]]);
});

test("nothing makes no request", () => {
  expect(cut([])).toEqual([]);
});
