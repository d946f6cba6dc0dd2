// One record after another, in one direction: judged, put into the ring, fanned out. A partition goes on only as far
// as everything before it is done.

import type { KafkaMessage } from "kafkajs";
import type { Assignment, BatchHandler, ConsumedBatch } from "../stream/batch.ts";
import type { BatchTrace } from "../stream/batch-trace.ts";
import type { DeadLetterBarrier } from "../stream/dead-letter-barrier.ts";
import type { Log } from "../telemetry/log.ts";
import { RecordAges } from "./record-ages.ts";
import { type Intake, RecordIntake, type RecordIntakeOptions } from "./record-intake.ts";
import { threadsOf } from "./replay/record-threads.ts";
import type { ReplayThread, WrittenRecord } from "./replay/redis-records.ts";
import type { ReplaySink } from "./replay/redis-replay.ts";
import type { WithheldOffsets } from "./replay/withheld-offsets.ts";
import type { Ring } from "./ring.ts";
import type { Hub } from "./sessions/hub.ts";
import type { TenantLimits } from "./tenant-limits.ts";
import { TenantSlice } from "./tenant-slice.ts";

export interface PipelineOptions extends RecordIntakeOptions {
  readonly ring: Ring;
  readonly hub: Hub;
  readonly barrier: DeadLetterBarrier;
  /** `null`: every good record is delivered. */
  readonly limits: Pick<TenantLimits, "takeAll"> | null;
  /** Learns which good records are not delivered. */
  readonly withheld: Pick<WithheldOffsets, "add" | "forget">;
  /** Keeps what was delivered; `null`: the memory alone does. */
  readonly replay: ReplaySink | null;
  readonly log: Log;
  /** A bad record pauses its partition until an operator resumes it, instead of being skipped. */
  readonly pauseOnError: boolean;
  readonly pausePartition: (partition: number) => void;
  /** Lets a paused partition go on at `offset`. */
  readonly resumePartition: (partition: number, offset: number) => void;
}

/** Records handled between two looks at the clients: bounds both latency and what a wait for them covers. */
const SLICE_RECORDS = 500;
/** A slice fills at most this share of the ring, so that it cannot evict what healthy clients had no chance to get. */
const SLICE_SHARE_OF_RING = 1 / 8;

/** What became of the good records of a slice. */
interface SliceOutcome {
  /** Offsets of those that are not delivered. They count only once the slice is finished. */
  readonly withheld: number[];
  /** Those that are, as they were delivered; `null` if nobody keeps them. */
  readonly delivered: WrittenRecord[] | null;
}

/** A slice that was judged. */
interface Slice {
  /** Everything of the partition below this offset was handled before. */
  readonly fromOffset: number;
  /** Index of the record that comes next. */
  readonly index: number;
  /** Everything of the partition below this offset is judged. */
  readonly nextOffset: number;
  /** Offset of the bad record that ended it under policy `pause`. */
  readonly pausedAt: number | null;
  /** Good records that are not in the ring yet; `null` without limits. */
  readonly waiting: TenantSlice | null;
  readonly outcome: SliceOutcome;
}

const NO_THREADS: readonly ReplayThread[] = [];

export class Pipeline implements BatchHandler {
  readonly #options: PipelineOptions;
  /** Offset of the bad record that paused a partition; it was counted and dead-lettered then. */
  readonly #pausedAt = new Map<number, number>();
  readonly #progressWaiters = new Set<() => void>();
  /** Rises whenever a partition comes or goes, so that whoever waited can see that it did. */
  readonly #turns = new Map<number, number>();
  readonly #logStarts = new Map<number, number>();
  readonly #ages: RecordAges;
  readonly #intake: RecordIntake;
  /** True once it was said which partitions are read here. */
  partitionsKnown = false;

  constructor(options: PipelineOptions) {
    this.#options = options;
    this.#ages = new RecordAges(options.metrics);
    this.#intake = new RecordIntake(options, this.#ages);
  }

  assigned(assignments: readonly Assignment[]): void {
    const { ring, hub, sessionHead, barrier, replay, withheld, log } = this.#options;
    for (const { partition, startOffset, logStartOffset, logEndOffset } of assignments) {
      this.#logStarts.set(partition, logStartOffset);
      this.#nextTurn(partition);
      if (logEndOffset < ring.nextOffset(partition)) {
        const handledUpTo = ring.nextOffset(partition);
        const fields = { partition, handled_up_to: handledUpTo, log_end: logEndOffset };
        log.warn("the log is shorter than what was handled: the topic was made anew; starting over", fields);
        ring.restart(partition, startOffset);
        hub.restartPartition({ partition, handledUpTo, logStartOffset, logEndOffset });
        sessionHead.forget(partition);
        barrier.forget(partition);
        withheld.forget(partition);
        void replay?.forget(partition);
      } else {
        ring.assign(partition, startOffset);
        hub.announceAssignment(partition);
        void replay?.verify(partition);
      }
      sessionHead.assign(partition, startOffset, logEndOffset);
    }
    this.partitionsKnown = true;
    hub.announcePartitionsKnown();
    this.#wakeWaiters();
  }

  revoked(partitions: readonly number[]): void {
    for (const partition of partitions) {
      this.#nextTurn(partition);
      this.#options.sequence.dropPartition(partition);
      this.#options.sessionHead.revoke(partition);
      this.#options.barrier.unhold(partition);
      this.#pausedAt.delete(partition);
    }
  }

  handleBatch(batch: ConsumedBatch): Promise<void> {
    const { traces } = this.#options;
    if (traces === null) return this.#handle(batch, null);
    return traces.ofBatch(batch, (trace) => this.#handle(batch, trace));
  }

  async #handle(batch: ConsumedBatch, trace: BatchTrace | null): Promise<void> {
    const { hub, barrier, deadLetters, pausePartition, traces } = this.#options;
    const { records, partition } = batch;
    for (let from = 0; from < records.length; ) {
      const room = hub.room();
      if (room !== null) await room;
      if (batch.cancelled()) return;
      const letters = this.#intake.letterCount;
      traces?.beginSlice(trace);
      const slice = this.#judgeSlice(batch, from);
      const delivered = slice.waiting === null || this.#deliver(partition, slice.waiting, slice.outcome);
      // The partition went away meanwhile: whoever has it now reads the slice again.
      if (!(typeof delivered === "boolean" ? delivered : await delivered)) return;
      const { index, nextOffset, pausedAt } = slice;
      this.#finishSlice(partition, slice);
      const written = this.#keep(partition, slice);
      if (written !== null) await written;
      if (pausedAt !== null) pausePartition(partition);
      if (barrier.isWaiting(partition) && !(await barrier.passes(partition, nextOffset))) return;
      batch.progress(nextOffset);
      // After bad records only, and after the last ones too: the next batch may begin with a bad one.
      const letterRoom = this.#intake.letterCount > letters ? deadLetters.room() : null;
      if (letterRoom !== null) await letterRoom;
      if (pausedAt !== null) return;
      from = index;
      await batch.heartbeat();
    }
  }

  /** Lets a partition go on after the bad record that paused it; false if it was not paused. */
  resumeAfterError(partition: number): boolean {
    const { barrier, replay, resumePartition } = this.#options;
    const offset = this.#pausedAt.get(partition);
    if (offset === undefined) return false;
    this.#pausedAt.delete(partition);
    const turn = this.#turns.get(partition);
    const goOn = () => {
      // It went away meanwhile: whoever has it now meets the bad record again.
      if (this.#turns.get(partition) !== turn) return;
      this.#handled(partition, offset + 1);
      void replay?.write({ partition, fromOffset: offset, nextOffset: offset + 1, records: [] });
      resumePartition(partition, offset + 1);
    };
    if (barrier.isWaiting(partition)) void barrier.settled(partition).then(goOn);
    else goOn();
    return true;
  }

  /** Offset of the oldest record that Kafka had when the partition was assigned. */
  logStart(partition: number): number {
    return this.#logStarts.get(partition) ?? 0;
  }

  /** Partitions that stand still at a bad record. */
  get pausedPartitions(): number {
    return this.#pausedAt.size;
  }

  /** Resolves when every record below the given offsets was handled. */
  async handledUpTo(endOffsets: ReadonlyMap<number, number>): Promise<void> {
    const reached = () =>
      [...endOffsets].every(([partition, end]) => this.#options.ring.nextOffset(partition) >= end);
    while (!reached()) await new Promise<void>((resolve) => this.#progressWaiters.add(resolve));
  }

  /** Everything of the partition below `nextOffset` is handled; its dead letters may still be under way. */
  #handled(partition: number, nextOffset: number): void {
    this.#options.ring.advance(partition, nextOffset);
    this.#options.sessionHead.advance(partition, nextOffset);
    this.#wakeWaiters();
  }

  #sliceEnd(records: readonly KafkaMessage[], from: number): number {
    const { ring } = this.#options;
    const maxRecords = Math.max(
      1,
      Math.min(SLICE_RECORDS, Math.floor(ring.maxRecords * SLICE_SHARE_OF_RING)),
    );
    const last = Math.min(from + maxRecords, records.length);
    let bytes = records[from]?.value?.length ?? 0;
    let to = from + 1;
    while (to < last) {
      bytes += records[to]?.value?.length ?? 0;
      if (bytes > ring.maxBytes * SLICE_SHARE_OF_RING) break;
      to++;
    }
    return to;
  }

  #judgeSlice({ records, partition }: ConsumedBatch, from: number): Slice {
    const { clock, ring, health, sequence, metrics, pauseOnError, limits, replay } = this.#options;
    const to = this.#sliceEnd(records, from);
    const waiting = limits === null ? null : new TenantSlice();
    const outcome: SliceOutcome = { withheld: [], delivered: replay === null ? null : [] };
    this.#ages.beginSlice(clock.nowMs());
    const { messageCount: before, letterCount: letters } = this.#intake;
    sequence.expire(clock.monotonicMs());
    let pausedAt: number | null = null;
    const fromOffset = ring.nextOffset(partition);
    let next = fromOffset;
    let index = from;
    while (index < to && pausedAt === null && (index === from || this.#mayAddLetters(partition, letters))) {
      const record = records[index++];
      if (!record) continue;
      const offset = Number(record.offset);
      if (offset < next) {
        metrics.redeliveries.inc();
        continue;
      }
      const intake = this.#judge(partition, offset, record, waiting, outcome);
      if (intake === "bad" && pauseOnError) pausedAt = offset;
      else next = offset + 1;
    }
    health.received(this.#intake.messageCount - before);
    return { fromOffset, index, nextOffset: next, pausedAt, waiting, outcome };
  }

  /** A slice with letters ends where more of them wait than should; one without any has none to add so far. */
  #mayAddLetters(partition: number, lettersBefore: number): boolean {
    const { deadLetters, barrier } = this.#options;
    const hasLetters = this.#intake.letterCount > lettersBefore || barrier.isWaiting(partition);
    return !(hasLetters && deadLetters.full);
  }

  #judge(
    partition: number,
    offset: number,
    record: KafkaMessage,
    waiting: TenantSlice | null,
    outcome: SliceOutcome,
  ): Intake {
    const { inspector, ring } = this.#options;
    const intake = this.#intake.take(partition, offset, record);
    const { forward: value } = inspector;
    if (intake === "withheld") outcome.withheld.push(offset);
    if (intake !== "deliver" || value === null) return intake;
    const threads = outcome.delivered === null ? NO_THREADS : threadsOf(inspector);
    if (waiting === null) {
      ring.append(partition, offset, value);
      outcome.delivered?.push({ offset, value, threads });
      this.#ages.delivered();
    } else {
      const { oldestUs, traceId } = this.#ages;
      waiting.add({ offset, value, tenantId: inspector.tenantId, oldestUs, traceId, threads });
    }
    return intake;
  }

  /** Delivers what the limits allow; false if the partition went away while somebody had to be asked. */
  #deliver(partition: number, waiting: TenantSlice, outcome: SliceOutcome): boolean | Promise<boolean> {
    const { limits } = this.#options;
    if (limits === null || waiting.isEmpty) return true;
    const tokens = waiting.take(limits);
    if (tokens instanceof Promise) return this.#deliverLater(partition, waiting, outcome, tokens);
    this.#append(partition, waiting, outcome, tokens);
    return true;
  }

  async #deliverLater(
    partition: number,
    waiting: TenantSlice,
    outcome: SliceOutcome,
    tokens: Promise<ReadonlyMap<string, number>>,
  ): Promise<boolean> {
    const turn = this.#turns.get(partition);
    const granted = await tokens;
    const room = this.#options.hub.room();
    if (room !== null) await room;
    if (this.#turns.get(partition) !== turn) return false;
    this.#ages.beginSlice(this.#options.clock.nowMs());
    this.#append(partition, waiting, outcome, granted);
    return true;
  }

  #append(
    partition: number,
    waiting: TenantSlice,
    { withheld, delivered }: SliceOutcome,
    tokens: ReadonlyMap<string, number>,
  ): void {
    for (const record of waiting.granted(tokens, (offset) => withheld.push(offset))) {
      this.#options.ring.append(partition, record.offset, record.value);
      delivered?.push(record);
      this.#ages.delivered(record.oldestUs, record.traceId);
    }
  }

  #finishSlice(partition: number, { nextOffset, pausedAt, outcome }: Slice): void {
    const { hub, clock, withheld } = this.#options;
    for (const offset of outcome.withheld) withheld.add(partition, offset);
    if (hub.flush() > 0) this.#ages.reachedClients(clock.nowMs());
    if (pausedAt !== null) this.#pausedAt.set(partition, pausedAt);
    this.#handled(partition, nextOffset);
  }

  /** Hands what was delivered to replay, with the offsets that hold nothing for clients. */
  #keep(partition: number, { fromOffset, nextOffset, outcome }: Slice): Promise<void> | null {
    const { replay } = this.#options;
    const { delivered: records } = outcome;
    if (replay === null || records === null || nextOffset <= fromOffset) return null;
    return replay.write({ partition, fromOffset: Math.max(0, fromOffset), nextOffset, records });
  }

  #nextTurn(partition: number): void {
    this.#turns.set(partition, (this.#turns.get(partition) ?? 0) + 1);
  }

  #wakeWaiters(): void {
    if (this.#progressWaiters.size === 0) return;
    const waiters = [...this.#progressWaiters];
    this.#progressWaiters.clear();
    for (const wake of waiters) wake();
  }
}
