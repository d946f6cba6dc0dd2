// Random letters, a Kafka that fails at random before and after it has written, and runs until one is complete: every
// letter that can be sent is sent, in order, and only what Kafka failed on can be there twice.

import { expect, test } from "bun:test";
import fc from "fast-check";
import { isComplete } from "../../src/dlq/redrive-report.ts";
import { type Clock, systemClock } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { dlqRecord } from "./records.ts";
import { connectLetter, redriveRig } from "./redrive-rig.ts";

/** Pauses take no time. */
const CLOCK: Clock = { ...systemClock, sleep: (_, signal) => Promise.resolve(signal?.aborted !== true) };
const MAX_RUNS = 200;
const refused = Object.assign(new Error("refused"), { code: "ECONNRESET" });

const letters = fc.array(
  fc.record({
    kind: fc.constantFrom("good", "good", "good", "unknown", "exhausted"),
    partition: fc.integer({ min: 0, max: 2 }),
    sourcePartition: fc.integer({ min: 0, max: 3 }),
  }),
  { minLength: 1, maxLength: 40 },
);

test("whatever Kafka does, every letter is sent, and in order within its partitions", async () => {
  const schedule = fc.record({
    letters,
    batchSize: fc.integer({ min: 3, max: 20 }),
    failures: fc.integer({ min: 0, max: 50 }),
    seed: fc.nat(),
  });
  await fc.assert(
    fc.asyncProperty(schedule, async ({ letters: made, batchSize, failures, seed }) => {
      const rig = redriveRig();
      const random = seededRandom(seed);
      const expected: string[] = [];
      for (const [index, { kind, partition, sourcePartition }] of made.entries()) {
        const changes = { partition, sourcePartition, hops: kind === "exhausted" ? 3 : 0 };
        if (kind === "unknown") rig.kafka.add(dlqRecord({ partition, value: "x", timestampMs: index }));
        else rig.kafka.add(connectLetter(index, changes));
        if (kind === "good") expected.push(`value-${index}`);
      }
      rig.turns = () => random.int(8);
      let failed = 0;
      rig.answer = (records) => {
        const luck = random.int(100);
        if (luck < failures) failed += records.length;
        // An acknowledgement that is lost: the records are there all the same.
        if (luck < failures / 2)
          rig.written.push(...records.map((record) => ({ topic: "telemetry", record })));
        return luck < failures ? refused : null;
      };
      let runs = 0;
      for (let sent = -1; sent !== 0 && runs < MAX_RUNS; runs++) {
        const report = await rig.run({ batchSize }, { clock: CLOCK });
        expect(report.considered).toBeLessThanOrEqual(made.length);
        const { skipped, failed: notSent } = report;
        const judged = [
          ...Object.values(skipped),
          ...Object.values(notSent),
          report.sent,
          report.unattempted,
        ];
        expect(judged.reduce((sum, count) => sum + count, 0)).toBe(report.considered);
        sent = report.stopped === null ? report.sent : -1;
      }
      expect(runs).toBeLessThan(MAX_RUNS);
      const values = rig.written.map(({ record }) => String(record.value));
      expect([...new Set(values)].toSorted()).toEqual(expected.toSorted());
      expect(values.length - expected.length).toBeLessThanOrEqual(failed);
      expectOrder(rig.written.map(({ record }) => record));
      rig.answer = () => null;
      const last = await rig.run({ batchSize, filter: { types: ["IllegalStateException"] }, maxHops: 9 });
      expect(last.sent).toBe(made.filter(({ kind }) => kind === "exhausted").length);
      expect(isComplete(last)).toBe(true);
    }),
    { numRuns: 25 },
  );
}, 60_000);

/** Letters were made in the order of their numbers, so records of a partition rise, second copies aside. */
function expectOrder(records: readonly { readonly partition?: number; readonly value: unknown }[]): void {
  for (const partition of [0, 1, 2, 3]) {
    const numbers = records
      .filter((record) => record.partition === partition)
      .map(({ value }) => Number(String(value).replace("value-", "")));
    const firsts = [...new Set(numbers)];
    const isRising = firsts.every((number, index) => index === 0 || number > (firsts[index - 1] ?? 0));
    if (!isRising) throw new Error(`partition ${partition} has ${numbers.join(", ")}`);
  }
}
