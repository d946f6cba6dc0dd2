import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runScript } from "../../src/promql/testing/run-script.ts";

const FOLDER = join(import.meta.dir, "upstream");

/** Of each file of Prometheus: evaluations that pass, and that are skipped. */
const COUNTS: Readonly<Record<string, readonly [passed: number, skipped: number]>> = {};

/** All that may be a reason to skip. */
const REASONS = [
  /: native histograms are not supported$/,
  /^native histograms are not supported$/,
  /: start timestamps are not supported$/,
  /operator (<\/|>\/) works on native histograms, which are not supported$/,
  / experimental and not supported$/,
  /\(\) in a duration is not supported$/i,
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
