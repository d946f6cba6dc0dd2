// Compares with promtool 3 by the thousand:
//
//   bun test/promql/differential/main.ts --seed N --count 10000 [--batch 500]
//
// Each batch has series and expressions of its own. Each difference is printed with the seed of its batch.

import { parseArgs } from "node:util";
import { compare } from "./comparison.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    count: { type: "string", default: "10000" },
    batch: { type: "string", default: "500" },
  },
});

const total = Number(values.count);
const batch = Number(values.batch);
const outcomes = { samples: 0, nothing: 0, error: 0, left: 0 };
let comparedCount = 0;
let differenceCount = 0;
for (let seed = Number(values.seed); comparedCount < total; seed++) {
  const comparison = compare(seed, Math.min(batch, total - comparedCount));
  comparedCount += comparison.comparedCount;
  differenceCount += comparison.differences.length;
  for (const kind of ["samples", "nothing", "error", "left"] as const)
    outcomes[kind] += comparison.outcomes[kind];
  for (const { expr, atMs, text } of comparison.differences) {
    process.stdout.write(`seed ${seed}, at ${atMs} ms: ${expr}\n${text}\n\n`);
  }
}
const { samples, nothing, error, left } = outcomes;
process.stdout.write(
  `${comparedCount} expressions: ${samples} with samples, ${nothing} without, ${error} refused, ${left} left out; ${differenceCount} differences\n`,
);
process.exitCode = differenceCount === 0 ? 0 : 1;
