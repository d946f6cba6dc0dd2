import { expect, test } from "bun:test";
import { createErrorFromCode } from "kafkajs/src/protocol/error.js";
import { type OutgoingRecord, outgoing } from "../../../sim/traffic/alteration.ts";
import { Delivery } from "../../../sim/traffic/delivery.ts";
import { createSmallTraffic } from "../../../sim/traffic/small.ts";
import { KAFKA_ERRORS } from "../../../src/kafka-protocol/error-codes.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { manualClock } from "../../support/manual-clock.ts";
import { take } from "./decoded.ts";

/** Sixteen records; those named are of so many bytes, or without a key. */
function batch(sizes: Readonly<Record<number, number>> = {}): readonly OutgoingRecord[] {
  const source = createSmallTraffic({ random: seededRandom(1), clock: manualClock(), threads: 1 });
  return take(source, 16).map((record, i) => {
    const size = sizes[i + 1];
    return { ...outgoing(record), ...(size === undefined ? {} : { value: Buffer.alloc(size) }) };
  });
}

/** A Kafka that refuses what `refuses` says, as a whole, and keeps everything else. */
function deliveryTo(refuses: (records: readonly OutgoingRecord[]) => number | null) {
  const arrived: number[] = [];
  const sends: number[] = [];
  const delivery = new Delivery({
    clock: manualClock(),
    async send(records) {
      sends.push(records.length);
      const code = refuses(records);
      if (code !== null) throw createErrorFromCode(code);
      arrived.push(...records.map(({ origin }) => origin.sequence));
    },
  });
  return { delivery, arrived, sends };
}

const ALL = Array.from({ length: 16 }, (_, i) => i + 1);
const without = (...numbers: readonly number[]) => ALL.filter((number) => !numbers.includes(number));
const largest = (records: readonly OutgoingRecord[]) =>
  Math.max(...records.map(({ value }) => value?.length ?? 0));

test("a record that Kafka finds too large is given up and counted, all others arrive once and in order", async () => {
  const { delivery, arrived, sends } = deliveryTo((records) =>
    largest(records) > 600_000 ? KAFKA_ERRORS.MESSAGE_TOO_LARGE : null,
  );
  await delivery.deliver(batch({ 4: 700_000, 5: 650_000, 16: 601_000, 9: 590_000 }));
  expect(arrived).toEqual(without(4, 5, 16));
  expect(delivery.progress()).toMatchObject({
    produced: 13,
    failedSends: 0,
    refused: { tooLarge: 3, invalid: 0 },
  });
  // Each large one travelled alone, so that no refusal made anything be sent a second time.
  expect(sends).toEqual([3, 1, 1, 3, 1, 6, 1]);
  expect(delivery.unsent).toBe(0);
});

test("it is found where Kafka takes even less than a batch", async () => {
  const bytes = (records: readonly OutgoingRecord[]) =>
    records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
  const { delivery, arrived } = deliveryTo((records) =>
    bytes(records) > 3000 ? KAFKA_ERRORS.MESSAGE_TOO_LARGE : null,
  );
  await delivery.deliver(batch({ 7: 5000 }));
  expect(arrived).toEqual(without(7));
  expect(delivery.progress().refused).toEqual({ tooLarge: 1, invalid: 0 });
});

test("a record that Kafka finds invalid is counted apart", async () => {
  const { delivery, arrived } = deliveryTo((records) =>
    records.some(({ origin }) => origin.sequence % 8 === 0) ? KAFKA_ERRORS.INVALID_RECORD : null,
  );
  await delivery.deliver(batch());
  expect(arrived).toEqual(without(8, 16));
  expect(delivery.progress().refused).toEqual({ tooLarge: 0, invalid: 2 });
  expect(delivery.progress().lastError).toMatchObject({ type: "INVALID_RECORD" });
});

test("records without a value count as records, without bytes", async () => {
  const { delivery } = deliveryTo(() => null);
  await delivery.deliver(batch().map((record) => ({ ...record, value: null })));
  expect(delivery.progress()).toMatchObject({ produced: 16, producedBytes: 0 });
});
