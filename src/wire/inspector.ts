// Judges a Kafka value: unframes it within a memory bound, checks its structure and schema version, and gives
// its headers and what clients may be sent. Runs for every record, so it keeps its state and reuses it.

import { Buffer } from "node:buffer";
import type { DecodeFailure } from "./failure.ts";
import { type Framing, framingOf, withFrame, ZSTD_FRAME } from "./frame.ts";
import type { HeaderView } from "./header.ts";
import { CURRENT_SCHEMA_VERSION, rejectSchemaVersion, type SchemaPolicy } from "./schema-policy.ts";
import { Walker } from "./walker.ts";
import { decompress, tooLargeText } from "./zstd.ts";
import { declareContentSize, type ZstdFrame } from "./zstd-frame.ts";

export interface InspectorOptions {
  /** Bound of the value without its framing byte, and of what it decompresses to. */
  readonly maxPayloadBytes: number;
  readonly schemaPolicy: SchemaPolicy;
  /** Default `CURRENT_SCHEMA_VERSION`. */
  readonly expectedSchemaVersion?: number;
  /** `strict` accepts framed values only; default `compatible`, which also takes values without framing byte. */
  readonly framing?: "strict" | "compatible";
}

const EMPTY = Buffer.alloc(0);

/** Judges one value at a time. What it gives is valid until the next `inspect`. */
export class Inspector {
  readonly #maxPayloadBytes: number;
  readonly #schemaPolicy: SchemaPolicy;
  readonly #expectedSchemaVersion: number;
  readonly #strict: boolean;
  readonly #walker = new Walker();
  #value: Buffer = EMPTY;
  #framing: Framing = "raw";
  /** The bytes that hold the protobuf from `#start` on: the value, or what it decompressed to. */
  #body: Buffer = EMPTY;
  #start = 0;
  #zstd: ZstdFrame | null = null;
  #failure: DecodeFailure | null = null;
  #error: string | null = null;

  constructor(options: InspectorOptions) {
    this.#maxPayloadBytes = options.maxPayloadBytes;
    this.#schemaPolicy = options.schemaPolicy;
    this.#expectedSchemaVersion = options.expectedSchemaVersion ?? CURRENT_SCHEMA_VERSION;
    this.#strict = options.framing === "strict";
  }

  /**
   * Judges a value: `null` if it is deliverable, else why not. Never throws. Headers are read as far as possible
   * in either case. `payload_missing` (a null value) is the caller's to tell.
   */
  inspect(value: Buffer): DecodeFailure | null {
    this.#value = value;
    this.#body = value;
    this.#start = 0;
    this.#zstd = null;
    this.#error = null;
    this.#failure = value.length === 0 ? this.#empty() : this.#judge(value);
    return this.#failure;
  }

  /** What was wrong with the last value: where, what was found, what was expected. Empty if nothing was. */
  get error(): string {
    if (this.#failure === null) return "";
    return this.#error ?? this.#walker.error(this.#start);
  }

  /** Field number (1 to 9) of the message's variant; 0 if it has none that this schema knows. */
  get kind(): number {
    return this.#walker.kind;
  }

  /** Number of headers: 0 or 1, for an event batch one for each event that has one. */
  get headers(): number {
    return this.#walker.headerCount;
  }

  /** Header `index`, below `headers`. */
  header(index: number): HeaderView | undefined {
    return this.#walker.header(index);
  }

  /** The envelope's own header of an event batch, else `null`. */
  get batchHeader(): HeaderView | null {
    return this.#walker.batchHeaderFound ? this.#walker.batchHeader : null;
  }

  /** Whose message it is: the tenant of the first header, else of the batch; empty if neither names one. */
  get tenantId(): string {
    return this.header(0)?.tenantId || this.batchHeader?.tenantId || "";
  }

  /** The encoded message without framing and compression; empty if the value could not be decompressed. */
  get protobuf(): Buffer {
    return this.#body.subarray(this.#start);
  }

  /**
   * What clients are sent, or `null` for nothing: the value itself, byte for byte, unless the browser client
   * cannot decode it. That one takes neither a zstd value without framing byte nor one without declared content
   * size (both are framed anew, the compressed blocks kept), nor a message of no bytes at all (not sent).
   */
  get forward(): Buffer | null {
    if (this.#failure !== null || this.#body.length === this.#start) return null;
    const zstd = this.#zstd;
    if (zstd === null || (this.#framing === "zstd" && zstd.declaredBytes !== null)) return this.#value;
    const frame = this.#framing === "zstd" ? this.#value.subarray(1) : this.#value;
    if (zstd.declaredBytes !== null) return withFrame(ZSTD_FRAME, frame);
    return withFrame(ZSTD_FRAME, declareContentSize(frame, zstd, this.#body.length));
  }

  #empty(): DecodeFailure {
    this.#walker.clear();
    return this.#fail("unknown_decode_error", "Empty message payload");
  }

  #judge(value: Buffer): DecodeFailure | null {
    const framing = framingOf(value);
    this.#framing = framing;
    const framed = framing === "raw" || framing === "zstd";
    const start = framed ? 1 : 0;
    this.#start = start;
    const size = value.length - start;
    const large = size > this.#maxPayloadBytes;
    if (framing === "zstd" || framing === "bare_zstd") this.#walker.clear();
    if (this.#strict && !framed) return this.#unframed(value);
    if (framing === "zstd" || framing === "bare_zstd") {
      if (large) return this.#tooLarge(size);
      const failure = this.#decompress(framed ? value.subarray(1) : value);
      if (failure !== null) return failure;
    }
    const wellFormed = this.#walker.walk(this.#body, this.#start, this.#body.length);
    if (large) return this.#tooLarge(size);
    return wellFormed ? this.#checkSchema() : this.#walker.failure;
  }

  #tooLarge(sizeBytes: number): DecodeFailure {
    return this.#fail("payload_too_large", tooLargeText(`${sizeBytes}`, this.#maxPayloadBytes));
  }

  #unframed(value: Buffer): DecodeFailure {
    this.#walker.clear();
    const byte = (value[0] ?? 0).toString(16).padStart(2, "0");
    return this.#fail(
      "invalid_protobuf",
      `Invalid compression header byte: 0x${byte}, 0x00 (raw) or 0x01 (zstd) expected`,
    );
  }

  #decompress(frame: Buffer): DecodeFailure | null {
    const result = decompress(frame, this.#maxPayloadBytes);
    this.#start = 0;
    if (!result.ok) {
      this.#body = EMPTY;
      return this.#fail(result.code, result.error);
    }
    this.#body = result.content;
    this.#zstd = result.frame;
    return null;
  }

  /** Every header is checked: the message's own, an event batch's, and those of its events. */
  #checkSchema(): DecodeFailure | null {
    const walker = this.#walker;
    const batch = walker.batchHeaderFound;
    if (batch && this.#rejects(walker.batchHeader.schemaVersion, "")) return this.#failure;
    for (let i = 0; i < walker.headerCount; i++) {
      const version = walker.header(i)?.schemaVersion ?? 0;
      if (version === this.#expectedSchemaVersion) continue;
      const where =
        walker.kind === EVENT_BATCH_KIND ? `EventBatch event[${i}] schema validation failed: ` : "";
      if (this.#rejects(version, where)) return this.#failure;
    }
    return null;
  }

  #rejects(version: number, where: string): boolean {
    const reason = rejectSchemaVersion(this.#schemaPolicy, this.#expectedSchemaVersion, version);
    if (reason === null) return false;
    this.#failure = this.#fail("schema_mismatch", `${where}${reason} (policy ${this.#schemaPolicy})`);
    return true;
  }

  #fail(code: DecodeFailure, error: string): DecodeFailure {
    this.#error = error;
    return code;
  }
}

/** Field number of `event_batch` in `DashStreamMessage`. */
const EVENT_BATCH_KIND = 8;
