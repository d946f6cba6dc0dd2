// Good records that were not delivered, because their tenant was over its limit or their thread is halted: whoever
// reads them again from Kafka must not deliver them either. Kept in memory and bounded there. What this process does
// not remember, because it restarted, because another one handled it, or because the oldest marks had to make room,
// is deliverable again.

import { DashstreamError } from "../../errors.ts";

export interface WithheldOffsetsOptions {
  /** Bytes of marks at most; beyond it the oldest ones go. Default 8 MiB, enough for 50 million offsets in a row. */
  readonly maxBytes?: number;
}

/** Offsets of one chunk, a bit each. */
const CHUNK_OFFSETS = 4096;
const BITS = 32;
/** Of a chunk beside its bits: its objects, and its entries in two collections. An estimate. */
const CHUNK_OVERHEAD_BYTES = 160;
const CHUNK_BYTES = CHUNK_OFFSETS / 8 + CHUNK_OVERHEAD_BYTES;
const DEFAULT_MAX_BYTES = 8 * 1024 * 1024;

interface Chunk {
  readonly partition: number;
  readonly index: number;
  readonly bits: Uint32Array;
}

export class WithheldOffsets {
  readonly #maxChunks: number;
  readonly #byPartition = new Map<number, Map<number, Chunk>>();
  /** In the order in which they were begun. */
  readonly #chunks = new Set<Chunk>();

  /** @throws DashstreamError `config_invalid` if not even one chunk has room */
  constructor({ maxBytes = DEFAULT_MAX_BYTES }: WithheldOffsetsOptions = {}) {
    this.#maxChunks = Math.floor(maxBytes / CHUNK_BYTES);
    if (this.#maxChunks >= 1) return;
    throw new DashstreamError("config_invalid", `maxBytes is ${maxBytes}, expected at least ${CHUNK_BYTES}`);
  }

  /** Bytes that the marks take. */
  get byteCount(): number {
    return this.#chunks.size * CHUNK_BYTES;
  }

  add(partition: number, offset: number): void {
    const { bits } = this.#chunkFor(partition, Math.floor(offset / CHUNK_OFFSETS));
    const bit = offset % CHUNK_OFFSETS;
    const word = Math.floor(bit / BITS);
    bits[word] = (bits[word] ?? 0) | (1 << (bit % BITS));
  }

  has(partition: number, offset: number): boolean {
    const chunk = this.#byPartition.get(partition)?.get(Math.floor(offset / CHUNK_OFFSETS));
    if (!chunk) return false;
    const bit = offset % CHUNK_OFFSETS;
    return ((chunk.bits[Math.floor(bit / BITS)] ?? 0) & (1 << (bit % BITS))) !== 0;
  }

  /** Offsets of the partition start over. */
  forget(partition: number): void {
    for (const chunk of this.#byPartition.get(partition)?.values() ?? []) this.#chunks.delete(chunk);
    this.#byPartition.delete(partition);
  }

  #chunkFor(partition: number, index: number): Chunk {
    let chunks = this.#byPartition.get(partition);
    if (!chunks) {
      chunks = new Map();
      this.#byPartition.set(partition, chunks);
    }
    const known = chunks.get(index);
    if (known) return known;
    const chunk = { partition, index, bits: new Uint32Array(CHUNK_OFFSETS / BITS) };
    chunks.set(index, chunk);
    this.#chunks.add(chunk);
    if (this.#chunks.size > this.#maxChunks) this.#dropOldest();
    return chunk;
  }

  #dropOldest(): void {
    const [oldest] = this.#chunks;
    if (!oldest) return;
    this.#chunks.delete(oldest);
    this.#byPartition.get(oldest.partition)?.delete(oldest.index);
  }
}
