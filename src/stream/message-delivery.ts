// Hands the good messages of a batch to the program, one after another, and deals with the others: counted, logged,
// kept as dead letters. The partition's offset follows what is done, never what is only begun.

import type { KafkaMessage } from "kafkajs";
import { describeError } from "../errors.ts";
import type { FloodGuard } from "../telemetry/flood.ts";
import type { SpanContext } from "../telemetry/tracing/span.ts";
import type { Inspector } from "../wire/inspector.ts";
import { messageKind } from "../wire/message-kind.ts";
import type { ConsumedBatch } from "./batch.ts";
import type { BatchTrace } from "./batch-trace.ts";
import { type ConsumerCounts, counterOf } from "./consumer-counts.ts";
import type { DeadLetterType } from "./dead-letter.ts";
import type { DeadLetterBarrier } from "./dead-letter-barrier.ts";
import type { DeadLetterSink } from "./dead-letter-sink.ts";
import { type ReceivedMessage, receivedMessage } from "./received-message.ts";
import { MISSING_VALUE, type RecordJudge } from "./record-judge.ts";
import type { RecordTrace } from "./record-trace.ts";
import type { RecordTraces } from "./record-traces.ts";

/** A record that was not handed to the program. */
export interface BadRecord {
  readonly partition: number;
  readonly offset: number;
  /** `payload_missing`, or the type of its dead letter. */
  readonly errorType: DeadLetterType | "payload_missing";
  readonly error: string;
}

export interface MessageDeliveryOptions {
  readonly inspector: Inspector;
  readonly judge: RecordJudge;
  readonly barrier: DeadLetterBarrier;
  /** `null` = bad records are only counted and logged. */
  readonly deadLetters: () => DeadLetterSink | null;
  readonly counts: ConsumerCounts;
  readonly errors: FloodGuard;
  readonly onMessage: (message: ReceivedMessage) => void | Promise<void>;
  readonly onBadRecord?: ((record: BadRecord) => void) | undefined;
  /** `null` = nothing is traced. */
  readonly traces: RecordTraces | null;
}

/** Records between two steps of progress. */
const SLICE_RECORDS = 100;

export class MessageDelivery {
  readonly #options: MessageDeliveryOptions;
  /** By partition: everything below is handled, or its dead letter is under way. */
  readonly #handledUpTo = new Map<number, number>();
  /** By partition: everything below was judged; a record that is handed over again is not validated again. */
  readonly #judgedUpTo = new Map<number, number>();
  /** Dead letters handed over so far. */
  #letterCount = 0;

  constructor(options: MessageDeliveryOptions) {
    this.#options = options;
  }

  /** The offset that is handled next, as far as this process knows. */
  nextOffset(partition: number): number {
    return this.#handledUpTo.get(partition) ?? 0;
  }

  /** The topic was made anew: its old offsets mean nothing. */
  forget(partition: number): void {
    this.#handledUpTo.delete(partition);
    this.#judgedUpTo.delete(partition);
  }

  handleBatch(batch: ConsumedBatch): Promise<void> {
    const { traces } = this.#options;
    if (traces === null) return this.#handleBatch(batch, null);
    return traces.ofBatch(batch, (trace) => this.#handleBatch(batch, trace));
  }

  async #handleBatch(batch: ConsumedBatch, trace: BatchTrace | null): Promise<void> {
    const { barrier, deadLetters } = this.#options;
    const { partition, records } = batch;
    let letters = this.#letterCount;
    const isFull = () =>
      deadLetters()?.full === true && (this.#letterCount > letters || barrier.isWaiting(partition));
    for (let from = 0; from < records.length; ) {
      letters = this.#letterCount;
      if (batch.cancelled()) return;
      const to = Math.min(from + SLICE_RECORDS, records.length);
      let index = from;
      while (index < to && !(index > from && (isFull() || batch.cancelled()))) {
        const record = records[index++];
        if (record) await this.#handleRecord(batch, record, trace);
      }
      const next = this.nextOffset(partition);
      if (barrier.isWaiting(partition) && !(await barrier.passes(partition, next))) return;
      batch.progress(next);
      // After the last ones too: the next batch may begin with a bad record.
      const room = this.#letterCount > letters ? deadLetters()?.room() : null;
      if (room) await room;
      from = index;
      await batch.heartbeat();
    }
  }

  /** Rejects only if the program's handler failed and there is nowhere to keep the record. */
  async #handleRecord(
    batch: ConsumedBatch,
    record: KafkaMessage,
    batchTrace: BatchTrace | null,
  ): Promise<void> {
    const { partition } = batch;
    const offset = Number(record.offset);
    const { counts, traces } = this.#options;
    if (offset < this.nextOffset(partition)) return counts.redeliveries.inc();
    const again = offset < (this.#judgedUpTo.get(partition) ?? 0);
    if (!again) counts.received.inc();
    this.#judgedUpTo.set(partition, offset + 1);
    // The program's handlers may have waited, and other partitions had their turn.
    traces?.beginSlice(batchTrace);
    traces?.begin(partition, offset, record);
    const message = this.#messageOf(partition, offset, record, again);
    const trace = traces?.judged() ?? null;
    if (message === null) trace?.end();
    else await this.#handOver(batch, record, message, trace);
    this.#handledUpTo.set(partition, offset + 1);
  }

  /** The message of a good record; `null` for one that was dealt with here. */
  #messageOf(
    partition: number,
    offset: number,
    record: KafkaMessage,
    again: boolean,
  ): ReceivedMessage | null {
    const { counts, judge, inspector, traces } = this.#options;
    const { value } = record;
    if (value === null) {
      counts.invalidPayloads.inc();
      traces?.failed("payload_missing", MISSING_VALUE);
      this.#report({ partition, offset, errorType: "payload_missing", error: MISSING_VALUE });
      return null;
    }
    const failure = judge.judge(partition, record, value, again);
    if (failure !== null) {
      counterOf(counts, failure).inc();
      traces?.failed(failure, inspector.error);
      this.#reject(partition, record, value, failure, inspector.error, traces?.context ?? null);
      return null;
    }
    const { halted } = judge;
    if (halted !== null) {
      traces?.failed("thread_halted", halted);
      this.#reject(partition, record, value, "thread_halted", halted, traces?.context ?? null);
      return null;
    }
    return receivedMessage({
      partition,
      offset,
      timestampMs: Number(record.timestamp),
      key: record.key,
      headers: record.headers,
      sequence: judge.verdict,
      kind: messageKind(inspector.kind),
      protobuf: inspector.protobuf,
    });
  }

  /** Ends `kept`, the trace of the record. */
  async #handOver(
    batch: ConsumedBatch,
    record: KafkaMessage,
    message: ReceivedMessage,
    kept: RecordTrace | null,
  ): Promise<void> {
    const { inspector, counts, deadLetters, onMessage, traces } = this.#options;
    const { partition, offset } = message;
    try {
      const handling = onMessage(message);
      if (handling === undefined) return kept?.end();
      await handling;
      kept?.end();
    } catch (error) {
      counts.processingFailures.inc();
      const value = record.value ?? Buffer.alloc(0);
      // The handler may have waited, and other records were judged meanwhile.
      inspector.inspect(value);
      const trace = kept ?? traces?.failedLater(partition, offset, record) ?? null;
      const text = describeError(error);
      trace?.fail({ type: "processing_error", error: text });
      trace?.end();
      if (deadLetters() === null) {
        batch.progress(offset);
        throw error;
      }
      this.#reject(partition, record, value, "processing_error", text, trace?.context ?? null);
    }
    await batch.heartbeat();
  }

  #reject(
    partition: number,
    record: KafkaMessage,
    value: Buffer,
    errorType: DeadLetterType,
    error: string,
    trace: SpanContext | null,
  ): void {
    const { judge, barrier, deadLetters } = this.#options;
    const letter = judge.letter(partition, record, value, errorType, error, trace);
    this.#report({ partition, offset: letter.offset, errorType, error });
    this.#letterCount++;
    barrier.add(partition, letter.offset, deadLetters()?.offer(letter) ?? null);
  }

  #report(record: BadRecord): void {
    const { partition, offset, errorType, error } = record;
    const fields = { error, error_type: errorType, kafka_partition: partition, kafka_offset: offset };
    this.#options.errors.error(errorType, `bad record: ${errorType}`, fields);
    this.#options.onBadRecord?.(record);
  }
}
