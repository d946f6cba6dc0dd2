// The records of the partitions for which this replica writes: judged once more, by themselves, so that the bad ones get
// their dead letters and the good ones their place in replay. What is handled here counts in no series of records; the
// pipeline that delivers them does that.

import type { KafkaMessage } from "kafkajs";
import type { Clock } from "../../runtime/clock.ts";
import type { Assignment, BatchHandler, ConsumedBatch } from "../../stream/batch.ts";
import type { DeadLetterBarrier } from "../../stream/dead-letter-barrier.ts";
import type { DeadLetterSink } from "../../stream/dead-letter-sink.ts";
import type { RecordTraces } from "../../stream/record-traces.ts";
import type { SequenceGap, SequenceValidator } from "../../stream/sequence.ts";
import { SessionHead } from "../../stream/session-head.ts";
import type { SettledOffsets } from "../../stream/settled-offsets.ts";
import type { FloodGuard } from "../../telemetry/flood.ts";
import type { Metrics } from "../../telemetry/metrics.ts";
import type { Inspector } from "../../wire/inspector.ts";
import { HealthTracker } from "../health.ts";
import { RecordAges } from "../record-ages.ts";
import { RecordIntake } from "../record-intake.ts";
import { recordMetrics } from "../record-metrics.ts";
import { threadsOf } from "../replay/record-threads.ts";
import type { ReplayBatch, WrittenRecord } from "../replay/redis-records.ts";
import type { ReplaySink } from "../replay/redis-replay.ts";

export interface WritingPipelineOptions {
  readonly clock: Clock;
  readonly inspector: Inspector;
  /** Of the writer alone. */
  readonly sequence: SequenceValidator;
  /** Threads that this process halted while it delivered them; what they lost may lie before the writer's start. */
  readonly haltedThreads: () => readonly SequenceGap[];
  readonly deadLetters: DeadLetterSink;
  /** `null` in open mode, where a partition goes on whatever becomes of its letters. */
  readonly barrier: DeadLetterBarrier | null;
  readonly settled: SettledOffsets;
  readonly replay: ReplaySink | null;
  /** Series that nobody scrapes. */
  readonly unseen: Metrics;
  /** Of records with a dead letter only; the pipeline that delivers them traces all. */
  readonly traces: RecordTraces | null;
}

/** Records handled between two looks at what waits. */
const SLICE_RECORDS = 500;
/** Each bad record is logged where it is delivered. */
const NO_LINES: FloodGuard = { error() {}, warn() {}, flush() {} };

interface Slice {
  /** Index of the record that comes next. */
  readonly index: number;
  readonly batch: ReplayBatch;
}

export class WritingPipeline implements BatchHandler {
  readonly #options: WritingPipelineOptions;
  readonly #intake: RecordIntake;
  readonly #ages: RecordAges;
  /** Everything of a partition below is handled by this process; kept in case the partition returns. */
  readonly #next = new Map<number, number>();

  constructor(options: WritingPipelineOptions) {
    const { clock, settled, barrier, unseen } = options;
    this.#options = options;
    const metrics = recordMetrics(unseen);
    this.#ages = new RecordAges(metrics);
    const waitForLetter = (partition: number, offset: number, written: Promise<void> | null) => {
      if (barrier !== null) barrier.add(partition, offset, written);
      else if (written !== null) settled.add(partition, offset, written);
    };
    const quiet = {
      metrics,
      errors: NO_LINES,
      health: new HealthTracker(clock),
      sessionHead: new SessionHead(unseen),
    };
    this.#intake = new RecordIntake({ ...options, ...quiet, barrier: { add: waitForLetter } }, this.#ages);
  }

  assigned(assignments: readonly Assignment[]): void {
    const { barrier, settled, sequence, haltedThreads, replay, clock } = this.#options;
    for (const { partition, startOffset, logEndOffset } of assignments) {
      const handled = this.#next.get(partition) ?? 0;
      const isNewLog = logEndOffset < handled;
      if (isNewLog) {
        barrier?.forget(partition);
        settled.forget(partition);
        void replay?.forget(partition);
      } else {
        settled.assign(partition, startOffset);
        void replay?.verify(partition);
      }
      this.#next.set(partition, isNewLog ? startOffset : Math.max(startOffset, handled));
      for (const gap of haltedThreads()) {
        if (gap.partition !== partition) continue;
        // As if the last record before the gap had been seen: the next one after it shows the gap here too.
        sequence.observe(partition, gap.threadId, gap.expected - 1, 0, clock.monotonicMs());
      }
    }
  }

  revoked(partitions: readonly number[]): void {
    for (const partition of partitions) {
      this.#options.sequence.dropPartition(partition);
      this.#options.barrier?.unhold(partition);
    }
  }

  async handleBatch(batch: ConsumedBatch): Promise<void> {
    const { barrier, deadLetters } = this.#options;
    const { records, partition } = batch;
    for (let from = 0; from < records.length; ) {
      if (batch.cancelled()) return;
      const letters = this.#intake.letterCount;
      const slice = this.#judgeSlice(batch, from);
      const { nextOffset } = slice.batch;
      this.#next.set(partition, nextOffset);
      const written = this.#keep(slice.batch);
      if (written !== null) await written;
      if (barrier?.isWaiting(partition) && !(await barrier.passes(partition, nextOffset))) return;
      batch.progress(nextOffset);
      // After the last ones too: the next batch may begin with a bad record.
      const room = this.#intake.letterCount > letters ? deadLetters.room() : null;
      if (room !== null) await room;
      from = slice.index;
      await batch.heartbeat();
    }
  }

  #judgeSlice({ records, partition }: ConsumedBatch, from: number): Slice {
    const { clock, sequence, traces } = this.#options;
    this.#ages.beginSlice(clock.nowMs());
    traces?.beginSlice(null);
    sequence.expire(clock.monotonicMs());
    const to = Math.min(from + SLICE_RECORDS, records.length);
    const letters = this.#intake.letterCount;
    const fromOffset = this.#next.get(partition) ?? 0;
    const kept: WrittenRecord[] = [];
    let nextOffset = fromOffset;
    let index = from;
    while (index < to && (index === from || this.#mayAddLetters(partition, letters))) {
      const record = records[index++];
      if (!record) continue;
      const offset = Number(record.offset);
      // Handled before the partition went away and came back.
      if (offset < nextOffset) continue;
      this.#judge(partition, offset, record, kept);
      nextOffset = offset + 1;
    }
    return { index, batch: { partition, fromOffset, nextOffset, records: kept } };
  }

  #judge(partition: number, offset: number, record: KafkaMessage, kept: WrittenRecord[]): void {
    const { inspector, replay } = this.#options;
    if (this.#intake.take(partition, offset, record) !== "deliver" || replay === null) return;
    const { forward: value } = inspector;
    if (value !== null) kept.push({ offset, value, threads: threadsOf(inspector) });
  }

  /** A slice with letters ends where more of them wait than should. */
  #mayAddLetters(partition: number, lettersBefore: number): boolean {
    const { deadLetters, barrier } = this.#options;
    const hasLetters = this.#intake.letterCount > lettersBefore || barrier?.isWaiting(partition);
    return !(hasLetters && deadLetters.full);
  }

  #keep(batch: ReplayBatch): Promise<void> | null {
    if (batch.nextOffset <= batch.fromOffset) return null;
    return this.#options.replay?.write(batch) ?? null;
  }
}
