// What one fetch brought, as a consumer may see it: records of a wanted range, without those of aborted transactions
// and without control records. It is decoded page by page, so that a compressed answer does not unfold all at once.

import type { IHeaders, KafkaMessage } from "kafkajs";
import { DashstreamError } from "../errors.ts";
import {
  BATCH_MAGIC,
  type BatchHeader,
  hasValidCrc,
  isControlBatch,
  isTransactionalBatch,
  walkBatches,
} from "../kafka-protocol/record-batch.ts";
import { decodeRecords, type KafkaRecord, type RecordHeader } from "../kafka-protocol/records.ts";
import { decompress } from "./codecs.ts";

export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

/** One partition of a fetch answer. */
export interface FetchedPartition {
  readonly records: readonly Buffer[];
  readonly abortedTransactions: readonly AbortedTransaction[] | null;
}

export interface FetchedPage {
  readonly records: readonly KafkaMessage[];
  /** Everything below was looked at. */
  readonly nextOffset: number;
}

/** Bytes of keys and values after which a page ends; a batch is never divided. */
const PAGE_BYTES = 1024 * 1024;
/** Where the format number is, in this format and in those before it. */
const MAGIC_AT = 16;

/**
 * Pages with the records from `fromOffset` up to `toOffset`, in offset order; none if the answer has nothing from
 * there on. Keys and values are views.
 * @throws DashstreamError `protocol_error` if a batch is corrupt or older than format 2
 */
export function* pagesOf(
  fetched: FetchedPartition,
  fromOffset: number,
  toOffset: number,
): Generator<FetchedPage, void, undefined> {
  const aborted = new AbortedTransactions(fetched.abortedTransactions ?? []);
  let records: KafkaMessage[] = [];
  let sizeBytes = 0;
  let nextOffset = fromOffset;
  let handedOutTo = fromOffset;
  for (const buffer of fetched.records) {
    for (const batch of checkedBatches(buffer)) {
      const endOffset = batch.baseOffset + batch.lastOffsetDelta + 1;
      if (!aborted.hides(batch) && endOffset > fromOffset && batch.baseOffset < toOffset) {
        for (const record of decodeRecords(buffer, batch, decompress)) {
          if (record.offset < fromOffset || record.offset >= toOffset) continue;
          records.push(asMessage(record));
          sizeBytes += (record.key?.length ?? 0) + (record.value?.length ?? 0);
        }
      }
      nextOffset = Math.max(nextOffset, endOffset);
      if (sizeBytes < PAGE_BYTES) continue;
      yield { records, nextOffset };
      records = [];
      sizeBytes = 0;
      handedOutTo = nextOffset;
    }
  }
  if (nextOffset > handedOutTo) yield { records, nextOffset };
}

function* checkedBatches(buffer: Buffer): Generator<BatchHeader, void, undefined> {
  const magic = buffer.length > MAGIC_AT ? buffer.readInt8(MAGIC_AT) : BATCH_MAGIC;
  if (magic !== BATCH_MAGIC) throw malformed(`message format ${magic}, expected ${BATCH_MAGIC} (Kafka 0.11)`);
  for (const batch of walkBatches(buffer)) {
    if (!hasValidCrc(buffer, batch)) throw malformed(`batch at offset ${batch.baseOffset}: wrong checksum`);
    yield batch;
  }
}

function malformed(message: string): DashstreamError {
  return new DashstreamError("protocol_error", message);
}

/**
 * Which batches belong to transactions that were aborted. Kafka names those that overlap the answer, by producer and
 * first offset; each ends with its producer's next marker (KIP-98, "Reading Transactional Messages").
 */
class AbortedTransactions {
  readonly #toCome: AbortedTransaction[];
  readonly #open = new Set<number>();

  constructor(transactions: readonly AbortedTransaction[]) {
    this.#toCome = [...transactions].sort((a, b) => a.firstOffset - b.firstOffset);
  }

  /** Asked for each batch in offset order; `true` for control batches too. */
  hides(batch: BatchHeader): boolean {
    const lastOffset = batch.baseOffset + batch.lastOffsetDelta;
    for (let next = this.#toCome[0]; next && next.firstOffset <= lastOffset; next = this.#toCome[0]) {
      this.#open.add(next.producerId);
      this.#toCome.shift();
    }
    if (isControlBatch(batch)) {
      this.#open.delete(batch.producerId);
      return true;
    }
    return isTransactionalBatch(batch) && this.#open.has(batch.producerId);
  }
}

/** In the form of kafkajs, which handlers of the consumer get too. */
function asMessage({ offset, timestampMs, key, value, headers }: KafkaRecord): KafkaMessage {
  return {
    offset: String(offset),
    timestamp: String(timestampMs),
    attributes: 0,
    key,
    value,
    headers: asHeaders(headers),
  };
}

/** A name that occurs more than once has an array of its values. */
function asHeaders(headers: readonly RecordHeader[]): IHeaders {
  const byName = new Map<string, IHeaders[string]>();
  for (const { key, value } of headers) {
    const earlier = byName.get(key);
    const added = value ?? undefined;
    if (earlier === undefined) byName.set(key, added);
    else if (added !== undefined) byName.set(key, [earlier, added].flat());
  }
  return Object.fromEntries(byName);
}
