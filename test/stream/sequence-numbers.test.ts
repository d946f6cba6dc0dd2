import { expect, test } from "bun:test";
import { SequenceNumbers } from "../../src/stream/sequence-numbers.ts";

test("each thread counts from 1, and a number counts only once it is taken", () => {
  const numbers = new SequenceNumbers();
  expect([numbers.next("a"), numbers.next("a")]).toEqual([1, 1]);
  numbers.take("a", 1);
  expect([numbers.next("a"), numbers.next("b")]).toEqual([2, 1]);
});

test("of too many threads the one used least recently begins again", () => {
  const numbers = new SequenceNumbers(2);
  numbers.take("a", 5);
  numbers.take("b", 5);
  numbers.take("a", 6);
  numbers.take("c", 5);
  expect(["a", "b", "c"].map((thread) => numbers.next(thread))).toEqual([7, 1, 6]);
});
