import { expect, test } from "bun:test";
import { labelsHashFraction, xxHash64 } from "../../src/promql/evaluation/labels-hash.ts";
import { Labels } from "../../src/promql/labels.ts";

// Expected: github.com/cespare/xxhash/v2 and labels.Hash of Prometheus.

test.each([
  ["", 17241709254077376921n],
  ["abc", 4952883123889572249n],
  ["0123456789".repeat(4), 14587097675127171377n],
])("the hash of %p", (text, expected) => {
  expect(xxHash64(new TextEncoder().encode(text))).toBe(expected);
});

test.each([
  [{ __name__: "up", job: "api" }, 16880983456021303020n],
  [{}, 17241709254077376921n],
  [{ a: "x".repeat(77) }, 16948907447993284872n],
])("labels hash as those of Prometheus: %p", (labels, expected) => {
  expect(labelsHashFraction(Labels.of(labels))).toBe(Number(expected) / 2 ** 64);
});
