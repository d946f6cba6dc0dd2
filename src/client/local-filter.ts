// The stream's filter, applied here: for a server that speaks only the original protocol and sends everything.

import { DashstreamError } from "../errors.ts";
import {
  canonicalFilter,
  type FilteredHeader,
  type RecordFilter,
  recordFilter,
  type StreamFilter,
} from "../wire/stream-filter.ts";
import { Walker } from "../wire/walker.ts";
import { messageBytes } from "./record.ts";
import type { ZstdDecoder } from "./zstd-decoder.ts";

export class LocalFilter {
  readonly #zstd: ZstdDecoder;
  #filter: RecordFilter | null = null;
  #walker: Walker | null = null;

  constructor(filter: StreamFilter, zstd: ZstdDecoder) {
    this.#zstd = zstd;
    this.set(filter);
  }

  set(filter: StreamFilter): void {
    this.#filter = canonicalFilter(filter) === "" ? null : recordFilter(filter);
  }

  /** What cannot be decoded passes: there is nothing to judge it by. */
  passes(value: Uint8Array): boolean {
    if (this.#filter === null) return true;
    let bytes: Uint8Array;
    try {
      bytes = messageBytes(value, this.#zstd);
    } catch (error) {
      if (error instanceof DashstreamError) return true;
      throw error;
    }
    this.#walker ??= new Walker();
    const walker = this.#walker;
    return !walker.walk(bytes, 0, bytes.length) || this.#filter(walker.kind, headersOf(walker));
  }
}

function headersOf(walker: Walker): readonly FilteredHeader[] {
  const headers: FilteredHeader[] = walker.batchHeaderFound ? [walker.batchHeader] : [];
  for (let i = 0; i < walker.headerCount; i++) {
    const header = walker.header(i);
    if (header !== undefined) headers.push(header);
  }
  return headers;
}
