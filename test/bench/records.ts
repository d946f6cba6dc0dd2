// The records that all measurements use: events of about 300 bytes, all equally long, numbered per thread.

import type { NewRecord } from "../../src/kafka-protocol/records.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { deadLetterRecord } from "../../src/stream/dead-letter-record.ts";
import { encodeFramed } from "../../src/wire/encode.ts";

export const TOPIC = "bench";
export const DLQ_TOPIC = "bench-dlq";
const THREADS = 64;
/** Numbers from here on take equally many bytes for the next two million. */
const FIRST_SEQUENCE = 20_000;

const random = seededRandom(1);

export interface BenchRecord {
  readonly key: Buffer;
  readonly value: Buffer;
}

/** Record number `index` (from 0) of the series; `timestampUs` 0 leaves the time out. */
export function benchRecord(index: number, timestampUs = 0): BenchRecord {
  const threadId = `thread-${String(index % THREADS).padStart(2, "0")}-8a7e62f0-1d3c`;
  const value = encodeFramed(
    {
      event: {
        header: {
          messageId: new Uint8Array(16).fill(index & 0xff),
          timestampUs,
          tenantId: "tenant-1",
          threadId,
          sequence: Math.floor(index / THREADS) + FIRST_SEQUENCE,
          type: 1,
          schemaVersion: 1,
        },
        eventType: 11,
        nodeId: "retrieve_documents",
        durationUs: 18_250,
        attributes: {
          model: { stringValue: "gpt-4o-mini-2024-07-18" },
          tokens_total: { intValue: 512 },
          config_version: { stringValue: "v12" },
          config_hash: { stringValue: "d2f1c1b0a9e8d7c6b5a4d2f1c1b0a9e8d7c6b5a4" },
          prompt: { stringValue: "Summarise the three most relevant documents for this" },
        },
      },
    },
    null,
  );
  return { key: Buffer.from(threadId), value };
}

/** Of each value. */
export const VALUE_BYTES = benchRecord(0).value.length;

/** The dead letter about record number `index`, as a server writes it that embeds payloads. */
export function benchLetter(index: number): NewRecord {
  const { key, value } = benchRecord(index);
  const letter = deadLetterRecord(
    {
      errorType: "schema_mismatch",
      error: "Schema version mismatch: expected v1, got v2",
      partition: 0,
      offset: index,
      key,
      value,
      headers: { traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" },
      timestampMs: 1_700_000_000_000 + index,
      header: null,
      messageCount: index,
    },
    { topic: TOPIC, groupId: "bench", consumerId: "bench", includePayload: true },
    1_700_000_000_000 + index,
    random,
  );
  return {
    // Of now, because the broker deletes what is old.
    timestampMs: Date.now(),
    key: Buffer.from(letter.key),
    value: Buffer.from(letter.value),
    headers: Object.entries(letter.headers).map(([name, text]) => ({ key: name, value: Buffer.from(text) })),
  };
}
