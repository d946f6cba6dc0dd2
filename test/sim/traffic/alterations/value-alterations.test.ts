import { describe, expect, test } from "bun:test";
import { type OutgoingRecord, outgoing } from "../../../../sim/traffic/alteration.ts";
import { skewClock } from "../../../../sim/traffic/alterations/clock-skew.ts";
import { CORRUPTIONS, corrupt, FOUND_AS } from "../../../../sim/traffic/alterations/corrupt.ts";
import { delayRecords } from "../../../../sim/traffic/alterations/delay.ts";
import { sendNulls } from "../../../../sim/traffic/alterations/null-value.ts";
import { inflate } from "../../../../sim/traffic/alterations/oversized.ts";
import { setSchemaVersion } from "../../../../sim/traffic/alterations/schema-version.ts";
import { DEFAULT_COMPRESSION, DEFAULT_MAX_PAYLOAD_BYTES } from "../../../../src/wire/frame.ts";
import { Inspector } from "../../../../src/wire/inspector.ts";
import { compress } from "../../../../src/wire/zstd.ts";
import { decode, eventsOf, headerOf, take, traffic } from "../decoded.ts";
import { IN_ORDER, isChanged, judge, share } from "./judged.ts";

const only = (records: readonly OutgoingRecord[]): OutgoingRecord => {
  const [record] = records;
  if (record === undefined || records.length !== 1) throw new Error(`${records.length} records`);
  return record;
};
const SEEDS = [1, 2];
const RAW = { compression: { ...DEFAULT_COMPRESSION, thresholdBytes: Number.POSITIVE_INFINITY } };
const BATCHED = { batchSize: 5 };

describe("damaged values", () => {
  const cases = CORRUPTIONS.flatMap((kind) => SEEDS.map((seed) => ({ kind, seed })));

  test.each(cases)("$kind: none can be decoded, and each is one fault (seed $seed)", ({ kind, seed }) => {
    for (const options of [{}, RAW]) {
      const { alteration, records, made, bad, ...seen } = judge(
        () => corrupt({ ...share(0.1, seed), kind }),
        {
          seed,
          traffic: options,
        },
      );
      const verdicts = records.filter(isChanged).map(({ verdict }) => verdict);
      expect([verdicts.length, records.length]).toEqual([alteration.hits, made]);
      expect(new Set(verdicts).difference(new Set<string | null>(FOUND_AS[kind]))).toEqual(new Set());
      expect(Object.values(bad).reduce((a, b) => a + b, 0)).toBe(alteration.hits);
      expect(seen).toEqual(IN_ORDER);
    }
  });

  test("of each kind are in a random mixture", () => {
    const { bad, alteration } = judge(() => corrupt({ ...share(0.3), kind: "random" }), { traffic: RAW });
    expect(Object.keys(bad).sort()).toEqual(["buffer_underflow", "decompression_failed", "invalid_protobuf"]);
    expect(alteration.hits).toBe(300);
  });

  test("leave the values that they were made from alone", () => {
    const records = take(traffic(3), 300);
    const before = records.map(({ value }) => value.toString("base64"));
    const alteration = corrupt({ ...share(1), kind: "random" });
    for (const record of records) alteration.alter(outgoing(record));
    expect(records.map(({ value }) => value.toString("base64"))).toEqual(before);
  });
});

describe("another schema version", () => {
  test.each(SEEDS)("is the only thing wrong with a record (seed %i)", (seed) => {
    const { alteration, records, made, bad, ...seen } = judge(
      () => setSchemaVersion({ ...share(0.1, seed), version: 1 + seed }),
      { seed, traffic: seed === 2 ? BATCHED : {} },
    );
    expect([seen, bad, records.length]).toEqual([IN_ORDER, { schema_mismatch: alteration.hits }, made]);
    expect(records.every((each) => isChanged(each) === (each.verdict === "schema_mismatch"))).toBe(true);
  });

  test("is in each header of a batch, and framing and content stay", () => {
    const exactly7 = new Inspector({
      maxPayloadBytes: 1_048_576,
      schemaPolicy: "exact",
      expectedSchemaVersion: 7,
    });
    const records = take(traffic(2, BATCHED), 200);
    for (const record of records) {
      const value = only(setSchemaVersion({ ...share(1), version: 7 }).alter(outgoing(record))).value;
      expect(value && exactly7.inspect(value)).toBeNull();
      expect(value?.[0]).toBe(record.value[0] as number);
      const back = setSchemaVersion({ ...share(1), version: 1 }).alter({ ...outgoing(record), value });
      expect(decode({ ...record, value: only(back).value as Buffer })).toEqual(decode(record));
    }
    expect(records.some((record) => eventsOf(decode(record)).length > 1)).toBe(true);
  });

  test("of 1 changes nothing that a reader minds", () => {
    const { bad, alteration } = judge(() => setSchemaVersion({ ...share(0.1), version: 1 }));
    expect([bad, alteration.hits]).toEqual([{}, 100]);
  });
});

describe("oversized values", () => {
  test.each(SEEDS)("are refused for their size alone, with their numbers known (seed %i)", (seed) => {
    const bytes = DEFAULT_MAX_PAYLOAD_BYTES + 1;
    const { alteration, records, made, bad, ...seen } = judge(
      () => inflate({ ...share(0.02, seed), bytes }),
      {
        seed,
      },
    );
    expect([seen, bad, records.length]).toEqual([IN_ORDER, { payload_too_large: alteration.hits }, made]);
    for (const { record } of records.filter(isChanged)) expect(record.value?.length).toBe(bytes + 1);
    expect(alteration.hits).toBeGreaterThan(10);
  });

  test("of just the limit are good", () => {
    const { bad, alteration } = judge(() => inflate({ ...share(0.01), bytes: DEFAULT_MAX_PAYLOAD_BYTES }), {
      records: 500,
    });
    expect([bad, alteration.hits]).toEqual([{}, 5]);
  });

  test("do not get small by compression", () => {
    const record = only(take(traffic(1), 1).map(outgoing));
    const large = only(inflate({ ...share(1), bytes: 300_000 }).alter(record));
    expect(compress(large.value as Buffer, 19).length).toBeGreaterThan(290_000);
  });

  test("that were larger already stay as they were", () => {
    const alteration = inflate({ ...share(1), bytes: 20 });
    const record = only(take(traffic(1), 1).map(outgoing));
    expect(alteration.alter(record)).toEqual([record]);
    expect(alteration.hits).toBe(0);
  });
});

describe("other alterations of one record", () => {
  test("a wrong clock moves the time, in each header, and nothing else", () => {
    const { alteration, records, made, bad, ...seen } = judge(
      () => skewClock({ ...share(0.2), aheadMs: 60_000 }),
      { traffic: BATCHED },
    );
    expect([seen, bad, records.length]).toEqual([IN_ORDER, {}, made]);
    const changed = records.filter(isChanged);
    expect(changed.length).toBe(alteration.hits);
    for (const { record } of changed) {
      const before = decode(record.origin);
      const after = decode({ ...record.origin, value: record.value as Buffer });
      const ahead = headerOf(after).timestampUs - headerOf(before).timestampUs;
      expect(ahead).toBe(60_000_000n);
      const inner = eventsOf(after).map((event) => event.header?.timestampUs);
      expect(inner).toEqual(eventsOf(before).map((event) => (event.header?.timestampUs ?? 0n) + 60_000_000n));
    }
  });

  test("null values beside good ones leave the numbering whole", () => {
    const { alteration, records, made, bad, ...seen } = judge(() =>
      sendNulls({ ...share(0.1), replace: false }),
    );
    expect([seen, bad]).toEqual([IN_ORDER, { payload_missing: alteration.hits }]);
    expect(records.length).toBe(made + alteration.hits);
  });

  test("null values in place of good ones take their numbers with them", () => {
    const { bad, alteration, records, made, missing } = judge(() =>
      sendNulls({ ...share(0.1), replace: true }),
    );
    expect([bad, records.length]).toEqual([{ payload_missing: alteration.hits }, made]);
    expect(missing).toBeGreaterThan(50);
  });

  test("a delay changes nothing but the time of sending, and adds to another one", () => {
    const first = delayRecords({ ...share(0.5), delayMs: 300 });
    const second = delayRecords({ ...share(1), delayMs: 50 });
    const sent = take(traffic(1), 4)
      .flatMap((record) => first.alter(outgoing(record)))
      .flatMap((record) => second.alter(record));
    expect(sent.map(({ delayMs }) => delayMs)).toEqual([50, 350, 50, 350]);
    expect(sent.some((record) => record.value !== record.origin.value)).toBe(false);
  });

  test("what has no value, or none that can be decoded, is left alone", () => {
    const record = only(take(traffic(1), 1).map(outgoing));
    const all = [
      setSchemaVersion({ ...share(1), version: 2 }),
      skewClock({ ...share(1), aheadMs: 1 }),
      inflate({ ...share(1), bytes: 2_000_000 }),
    ];
    for (const value of [null, Buffer.from([0x07, 0xff])]) {
      for (const alteration of all)
        expect(alteration.alter({ ...record, value })).toEqual([{ ...record, value }]);
    }
    expect(all.map(({ hits }) => hits)).toEqual([0, 0, 0]);
  });
});
