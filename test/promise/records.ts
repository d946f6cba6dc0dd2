// The records of a schedule, each with what its producer knows of it: whether clients are to get it. No two values
// are alike, so that a value tells which record it is.

import type { NewRecord } from "../../src/kafka-protocol/records.ts";
import { encodeFramed } from "../../src/wire/encode.ts";
import type { RecordKind } from "./schedule.ts";
import type { Entry } from "./truth.ts";

export interface Produced {
  readonly record: NewRecord;
  readonly entry: Entry;
}

/** In each partition. */
const THREADS = 2;
const TENANTS = 2;
const CUT_BYTES = 5;
const HOLE: Entry = { value: null };
const MIXTURE: readonly RecordKind[] = ["good", "good", "bad", "good", "packed", "good", "null", "empty"];
/** Values of this many bytes and more are worth compressing. */
const PACKED_MIN_BYTES = 2_000;

function threadName(partition: number, index: number): string {
  return `thread-${partition}-${index}`;
}

/** Every thread that a topic of so many partitions may have. */
export function threadNames(partitions: number): readonly string[] {
  return Array.from({ length: partitions * THREADS }, (_, i) =>
    threadName(Math.floor(i / THREADS), i % THREADS),
  );
}

export class RecordMaker {
  #made = 0;
  readonly #sequences = new Map<string, number>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  make(kind: RecordKind, partition: number, bytes: number): Produced {
    const index = this.#made++;
    const threadId = threadName(partition, index % THREADS);
    const key = Buffer.from(threadId);
    const record = (value: Buffer | null): NewRecord => ({ timestampMs: this.#nowMs(), key, value });
    switch (kind) {
      case "mixed":
        return this.make(MIXTURE[index % MIXTURE.length] ?? "good", partition, bytes);
      case "good":
      case "packed": {
        const thread = { id: threadId, sequence: this.#next(threadId) };
        const value = this.#value(index, thread, bytes, 1, kind === "packed");
        return { record: record(value), entry: { value: new Uint8Array(value), thread } };
      }
      case "bad": {
        const thread = { id: threadId, sequence: this.#next(threadId) };
        const whole = this.#value(index, thread, bytes, index % 2 === 0 ? 1 : 7, false);
        return { record: record(index % 2 === 0 ? whole.subarray(0, -CUT_BYTES) : whole), entry: HOLE };
      }
      case "null":
        return { record: record(null), entry: HOLE };
      case "empty":
        return { record: record(Buffer.of(0)), entry: HOLE };
      case "control":
        // What ends a transaction: version 0, type 1 (commit).
        return { record: { ...record(Buffer.alloc(6)), key: Buffer.of(0, 0, 0, 1) }, entry: HOLE };
      default:
        return kind satisfies never;
    }
  }

  #next(threadId: string): number {
    const sequence = (this.#sequences.get(threadId) ?? 0) + 1;
    this.#sequences.set(threadId, sequence);
    return sequence;
  }

  #value(
    index: number,
    thread: NonNullable<Entry["thread"]>,
    bytes: number,
    schemaVersion: number,
    packed: boolean,
  ): Buffer {
    const messageId = new Uint8Array(16);
    new DataView(messageId.buffer).setUint32(0, index);
    const size = packed ? Math.max(bytes, PACKED_MIN_BYTES) : bytes;
    const header = {
      messageId,
      timestampUs: this.#nowMs() * 1_000,
      tenantId: `tenant-${index % TENANTS}`,
      threadId: thread.id,
      sequence: thread.sequence,
      type: 1,
      schemaVersion,
    };
    const attributes = { text: { stringValue: "x".repeat(size) } };
    return encodeFramed(
      { event: { header, eventType: 11, nodeId: `n${index}`, attributes } },
      packed ? undefined : null,
    );
  }
}
