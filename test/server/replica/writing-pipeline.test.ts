// What a writer makes of records that others deliver; Kafka and the dead-letter queue are played by the test.

import { beforeEach, describe, expect, test } from "bun:test";
import type { KafkaMessage } from "kafkajs";
import { seededRandom } from "../../../src/runtime/random.ts";
import type { ReplayBatch } from "../../../src/server/replay/redis-records.ts";
import { WritingPipeline } from "../../../src/server/replica/writing-pipeline.ts";
import { DeadLetterBarrier } from "../../../src/stream/dead-letter-barrier.ts";
import { RecordTraces } from "../../../src/stream/record-traces.ts";
import { type GapPolicy, type SequenceGap, SequenceValidator } from "../../../src/stream/sequence.ts";
import { reportSequence } from "../../../src/stream/sequence-report.ts";
import { SettledOffsets } from "../../../src/stream/settled-offsets.ts";
import { CATALOGUE } from "../../../src/telemetry/catalogue.ts";
import { silentLog } from "../../../src/telemetry/log.ts";
import { createMetrics } from "../../../src/telemetry/registry.ts";
import type { FinishedSpan } from "../../../src/telemetry/tracing/span.ts";
import { Tracer } from "../../../src/telemetry/tracing/tracer.ts";
import { Inspector } from "../../../src/wire/inspector.ts";
import { type ManualClock, manualClock } from "../../support/manual-clock.ts";
import { event, MAX_PAYLOAD_BYTES, message, SOURCE } from "../pipeline-rig.ts";

const BAD = Buffer.from("bad");
/** More than promises need to settle one after the other. */
const TURNS = 50;

let clock: ManualClock;
let settled: SettledOffsets;
let letters: { readonly offset: number; readonly errorType: string }[];
/** Settles the letter of an offset. */
let settle: Map<number, () => void>;
let full: boolean;
let room: (() => Promise<void>) | null;
let batches: ReplayBatch[];
/** What else replay was told. */
let told: string[];
let written: (() => Promise<void>) | null;
let spans: FinishedSpan[];
let letterSpans: (string | null)[];
let halted: SequenceGap[];
let committed: number[];
let held: number[];
let released: [number, number][];

beforeEach(() => {
  clock = manualClock();
  settled = new SettledOffsets();
  [spans, letterSpans] = [[], []];
  [letters, batches, told, halted, committed, held, released] = [[], [], [], [], [], [], []];
  settle = new Map();
  [full, room, written] = [false, null, null];
});

function pipelineOf({
  closed = false,
  policy = "warn" as GapPolicy,
  replay = true,
  traced = false,
} = {}): WritingPipeline {
  const unseen = createMetrics({ catalogue: CATALOGUE, component: "websocket-server" });
  const inspector = new Inspector({ maxPayloadBytes: MAX_PAYLOAD_BYTES, schemaPolicy: "exact" });
  const tracer = new Tracer({ ratio: 1, random: seededRandom(1), finish: (span) => spans.push(span) });
  const pipeline = new WritingPipeline({
    clock,
    inspector,
    sequence: new SequenceValidator({ policy, events: reportSequence(unseen, silentLog, policy) }),
    haltedThreads: () => halted,
    deadLetters: {
      get full() {
        return full;
      },
      room: () => room?.() ?? null,
      offer({ offset, errorType, trace }) {
        letters.push({ offset, errorType });
        letterSpans.push(trace?.spanId ?? null);
        return new Promise((resolve) => settle.set(offset, resolve));
      },
    },
    barrier: closed
      ? new DeadLetterBarrier({
          clock,
          hold: (partition) => held.push(partition),
          release: (partition, nextOffset) => released.push([partition, nextOffset]),
        })
      : null,
    settled,
    traces: traced ? new RecordTraces({ tracer, clock, inspector, source: SOURCE, lettersOnly: true }) : null,
    replay: replay
      ? {
          write(batch) {
            batches.push(batch);
            return written?.() ?? null;
          },
          verify: async (partition) => void told.push(`verify ${partition}`),
          forget: async (partition) => void told.push(`forget ${partition}`),
        }
      : null,
    unseen,
  });
  assign(pipeline, 0);
  return pipeline;
}

function assign(pipeline: WritingPipeline, startOffset: number, logEndOffset = 1_000): void {
  pipeline.assigned([{ partition: 0, startOffset, logStartOffset: 0, logEndOffset }]);
}

function recordsFrom(offset: number, ...values: (Buffer | null)[]): readonly KafkaMessage[] {
  return values.map((value, i) => message({ offset: String(offset + i), key: Buffer.from("t"), value }));
}

function handle(pipeline: WritingPipeline, records: readonly KafkaMessage[], cancelled = () => false) {
  return pipeline.handleBatch({
    partition: 0,
    records,
    highWatermark: 1_000,
    progress: (next) => committed.push(next),
    heartbeat: () => Promise.resolve(),
    cancelled,
  });
}

const offsetsOf = (batch: ReplayBatch | undefined) => batch?.records.map(({ offset }) => offset);

describe("dead letters", () => {
  test("are written for what a delivering server would dead-letter, and for nothing else", async () => {
    const values = [
      event("t", 1),
      BAD,
      null,
      Buffer.alloc(0),
      event("t", 4, { schemaVersion: 9 }),
      event("t", 5),
    ];
    await handle(pipelineOf(), recordsFrom(0, ...values));
    expect(letters).toEqual([
      { offset: 1, errorType: "buffer_underflow" },
      { offset: 3, errorType: "unknown_decode_error" },
      { offset: 4, errorType: "schema_mismatch" },
    ]);
  });

  test("are part of traces, and only records with one have spans here", async () => {
    const values = [event("t", 1), BAD, null, event("t", 9), event("t", 10)];
    await handle(pipelineOf({ traced: true }), recordsFrom(0, ...values));
    expect(spans.map(({ name, attributes }) => [name, attributes["kafka.offset"]])).toEqual([
      ["process_kafka_message", 1],
    ]);
    expect(letterSpans).toEqual([spans[0]?.context.spanId as string]);
  });

  test("in open mode let the partition go on, and keep the group from passing the first that is not settled", async () => {
    await handle(pipelineOf(), recordsFrom(0, event("t", 1), BAD, BAD, event("t", 4)));
    expect(committed).toEqual([4]);
    expect(settled.below(0)).toBe(1);
    settle.get(1)?.();
    await Promise.resolve();
    expect(settled.below(0)).toBe(2);
    settle.get(2)?.();
    await Promise.resolve();
    expect(settled.below(0)).toBe(Number.POSITIVE_INFINITY);
  });

  test("in closed mode hold the partition until they are written", async () => {
    const handling = handle(pipelineOf({ closed: true }), recordsFrom(0, event("t", 1), BAD, event("t", 3)));
    for (let turn = 0; turn < TURNS; turn++) {
      clock.advance(100);
      await Promise.resolve();
    }
    await handling;
    expect([held, committed]).toEqual([[0], []]);
    settle.get(1)?.();
    for (let turn = 0; turn < TURNS; turn++) await Promise.resolve();
    expect(released).toEqual([[0, 3]]);
  });

  test("wait for room among those under way, and a slice with some ends where there is none", async () => {
    full = true;
    const { promise, resolve } = Promise.withResolvers<void>();
    room = () => promise;
    const handling = handle(pipelineOf(), recordsFrom(0, BAD, BAD));
    await Promise.resolve();
    expect(letters.map(({ offset }) => offset)).toEqual([0]);
    resolve();
    await handling;
    expect(letters.map(({ offset }) => offset)).toEqual([0, 1]);
  });

  test("stop with the batch that was cancelled", async () => {
    await handle(pipelineOf(), recordsFrom(0, BAD), () => true);
    expect([letters, committed]).toEqual([[], []]);
  });
});

describe("a partition that comes back", () => {
  test("is not written again as far as this process has handled it", async () => {
    const pipeline = pipelineOf();
    await handle(pipeline, recordsFrom(0, BAD, event("t", 2)));
    pipeline.revoked([0]);
    assign(pipeline, 0);
    expect(settled.below(0)).toBe(0);
    await handle(pipeline, recordsFrom(0, BAD, event("t", 2), BAD));
    expect(letters.map(({ offset }) => offset)).toEqual([0, 2]);
    expect(batches.map(({ fromOffset, nextOffset }) => [fromOffset, nextOffset])).toEqual([
      [0, 2],
      [2, 3],
    ]);
  });

  test("goes on where another has left it, whatever is under way from before", async () => {
    const pipeline = pipelineOf();
    await handle(pipeline, recordsFrom(0, BAD));
    pipeline.revoked([0]);
    assign(pipeline, 50);
    expect(settled.below(0)).toBe(Number.POSITIVE_INFINITY);
    await handle(pipeline, recordsFrom(50, event("t", 9)));
    expect(batches.at(-1)).toMatchObject({ fromOffset: 50, nextOffset: 51 });
  });

  test("as another log is read from its start", async () => {
    const pipeline = pipelineOf();
    await handle(pipeline, recordsFrom(0, event("t", 1), BAD, event("t", 3)));
    pipeline.revoked([0]);
    assign(pipeline, 0, 2);
    await handle(pipeline, recordsFrom(0, BAD, event("t", 2)));
    expect(letters.map(({ offset }) => offset)).toEqual([1, 0]);
    expect(settled.below(0)).toBe(0);
    settle.get(0)?.();
    await Promise.resolve();
    expect(settled.below(0)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("a thread that this server has halted where it delivers", () => {
  const gap = { partition: 0, threadId: "t", expected: 5, received: 7, size: 2 };

  test("is halted for the writer that takes the partition over behind the gap", async () => {
    halted = [gap];
    await handle(pipelineOf({ policy: "halt" }), recordsFrom(0, event("t", 8), event("u", 1)));
    expect(letters).toEqual([{ offset: 0, errorType: "thread_halted" }]);
    expect(offsetsOf(batches[0])).toEqual([1]);
  });

  test("is not halted before the gap", async () => {
    halted = [gap];
    const values = [event("t", 3), event("t", 4), event("t", 7)];
    await handle(pipelineOf({ policy: "halt" }), recordsFrom(0, ...values));
    expect(letters).toEqual([{ offset: 2, errorType: "thread_halted" }]);
  });

  test("is none of another partition", async () => {
    halted = [{ ...gap, partition: 1 }];
    await handle(pipelineOf({ policy: "halt" }), recordsFrom(0, event("t", 8)));
    expect(letters).toEqual([]);
  });
});

describe("replay", () => {
  test("gets each stretch with what clients may have of it, and the threads of each record", async () => {
    const pipeline = pipelineOf();
    const values = [event("t", 1), BAD, event("u", 4)];
    await handle(pipeline, recordsFrom(10, ...values));
    expect(batches).toHaveLength(1);
    expect(batches[0]).toMatchObject({
      partition: 0,
      fromOffset: 0,
      nextOffset: 13,
      records: [
        { offset: 10, threads: [{ threadId: "t", sequence: 1 }] },
        { offset: 12, threads: [{ threadId: "u", sequence: 4 }] },
      ],
    });
    expect(batches[0]?.records[1]?.value).toBe(values[2]);
  });

  test("that has no room for now is waited for before anything further is handled", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    written = () => promise;
    const handling = handle(pipelineOf(), recordsFrom(0, event("t", 1), event("t", 2)));
    for (let turn = 0; turn < TURNS; turn++) await Promise.resolve();
    expect(committed).toEqual([]);
    resolve();
    await handling;
    expect(committed).toEqual([2]);
  });

  test("is told which partitions are written here, and which of them are of a new log", async () => {
    const pipeline = pipelineOf();
    await handle(pipeline, recordsFrom(0, event("t", 1), event("t", 2)));
    pipeline.revoked([0]);
    assign(pipeline, 0, 1);
    expect(told).toEqual(["verify 0", "forget 0"]);
  });

  test("is nobody's concern where nobody keeps it", async () => {
    await handle(pipelineOf({ replay: false }), recordsFrom(0, event("t", 1)));
    expect(committed).toEqual([1]);
  });
});
