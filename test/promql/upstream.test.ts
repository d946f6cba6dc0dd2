import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runScript } from "../../src/promql/testing/run-script.ts";

const FOLDER = join(import.meta.dir, "upstream");

/** Of each file of Prometheus: evaluations that pass, and that are skipped. */
const COUNTS: Readonly<Record<string, readonly [passed: number, skipped: number]>> = {
  "aggregators.test": [132, 35],
  "at_modifier.test": [77, 1],
  "collision.test": [2, 0],
  "duration_expression.test": [59, 0],
  "extended_vectors.test": [125, 49],
  "fill-modifier.test": [1, 49],
  "functions.test": [276, 240],
  "histograms.test": [89, 106],
  "info.test": [0, 70],
  "limit.test": [1, 36],
  "literals.test": [25, 0],
  "name_label_dropping.test": [30, 0],
  "native_histograms.test": [9, 548],
  "operators.test": [142, 72],
  "range_queries.test": [14, 4],
  "selectors.test": [31, 0],
  "staleness.test": [17, 0],
  "start_timestamps.test": [0, 40],
  "subquery.test": [39, 2],
  "trig_functions.test": [21, 0],
  "type_and_unit.test": [65, 0],
  "unquoted_utf8_names.test": [8, 19],
};

/** All that may be a reason to skip. */
const REASONS = [
  /: native histograms are not supported$/,
  /^native histograms are not supported$/,
  /: start timestamps are not supported$/,
  /operator (<\/|>\/) works on native histograms, which are not supported$/,
  / experimental and not supported$/,
];

test.each(readdirSync(FOLDER).filter((name) => name.endsWith(".test")))(
  "%s of Prometheus has no failure",
  (name) => {
    const { passed, skipped, failures, skips } = runScript(readFileSync(join(FOLDER, name), "utf8"), name);
    expect(failures).toEqual([]);
    expect(skips.filter(({ reason }) => !REASONS.some((known) => known.test(reason)))).toEqual([]);
    expect([passed, skipped]).toEqual([...(COUNTS[name] ?? [])]);
  },
  60_000,
);
