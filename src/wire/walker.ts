// Walks an encoded DashStreamMessage once: checks its whole structure against the schema and picks up the headers
// on the way. What it accepts, every protobuf decoder accepts. It builds no objects: this runs for every record.
//
// Stricter than protobuf asks for, on purpose: a known field with another wire type and any group are malformed
// (proto3 has no groups), and tags and lengths take at most 5 bytes.

import type { FailureCode } from "./failure.ts";
import {
  ACTIONS,
  Action,
  EVENT_BATCH,
  expectedWireType,
  fieldName,
  HEADER,
  ROOT,
  ROW_SHIFT,
  WireType,
} from "./field-table.ts";
import { HeaderSlot, Varint64 } from "./header-slot.ts";
import { invalidUtf8At, StringCache } from "./utf8.ts";

/** Messages inside each other below the outermost one, as prost and protobufjs limit them; map entries count. */
export const MAX_NESTING = 100;

/** Which header a message's field 1 is. */
const Role = { NONE: 0, RECORD: 1, BATCH: 2 } as const;

const NO_BYTES = new Uint8Array(0);
const NO_SLOT = -1;
const FAILED = -1;

export class Walker {
  /** Field number of the variant of the last walk; 0 = none, or one that this schema does not know. */
  kind = 0;
  /** Record headers found: the one of the message, or those of a batch's events. */
  headerCount = 0;
  batchHeaderFound = false;
  readonly batchHeader = new HeaderSlot();
  failure: FailureCode | null = null;

  readonly #strings = new StringCache();
  readonly #slots: HeaderSlot[] = [];
  readonly #number = new Varint64();
  #bytes: Uint8Array = NO_BYTES;
  #slot = NO_SLOT;
  /** Where a length-delimited field starts, after its length was read. */
  #contentAt = 0;
  #failedAt = 0;
  #detail = "";
  #path = "";
  readonly #maxNesting: number;

  constructor(maxNesting: number = MAX_NESTING) {
    this.#maxNesting = maxNesting;
  }

  /**
   * Walks `bytes[start, end)`. True if it is a well-formed message. If not, `failure` and `error` say why, and the
   * headers hold what was read before.
   */
  walk(bytes: Uint8Array, start: number, end: number): boolean {
    this.clear();
    this.#bytes = bytes;
    return this.#message(ROOT, start, end, 0, Role.NONE);
  }

  /** Forgets the last walk. */
  clear(): void {
    this.failure = null;
    this.#path = "";
    this.kind = 0;
    this.#forgetHeaders();
  }

  /** Path in terms of the .proto file, position, and what was expected. */
  error(start: number): string {
    return `failed to decode Protobuf message: ${this.#path} at byte ${this.#failedAt - start}: ${this.#detail}`;
  }

  /** Record header `index`, valid until the next walk. */
  header(index: number): HeaderSlot | undefined {
    return index < this.headerCount ? this.#slots[index] : undefined;
  }

  #forgetHeaders(): void {
    this.headerCount = 0;
    this.batchHeaderFound = false;
    this.#slot = NO_SLOT;
  }

  #message(message: number, start: number, end: number, depth: number, role: number): boolean {
    let at = start;
    while (at < end) {
      const next = this.#field(message, at, end, depth, role);
      if (next === FAILED) {
        this.#locate(message, at);
        return false;
      }
      at = next;
    }
    return true;
  }

  /** Checks the field at `at` and gives the position after it, or `FAILED`. */
  #field(message: number, at: number, end: number, depth: number, role: number): number {
    const tag = this.#bytes[at] as number;
    const action = tag < 0x80 ? (ACTIONS[(message << ROW_SHIFT) | tag] as number) : Action.UNKNOWN;
    if (action === Action.VARINT) return this.#skipVarint(at + 1, end);
    if (action === Action.UNKNOWN) return this.#unknown(message, at, end);
    if (action < Action.BYTES) return this.#skipFixed(at + 1, end, action === Action.FIXED64 ? 8 : 4);
    const stop = this.#length(at + 1, end);
    if (stop === FAILED) return FAILED;
    const content = this.#contentAt;
    if (action >= Action.FIRST_MESSAGE) {
      return this.#nested(message, action - Action.FIRST_MESSAGE, tag >> 3, content, stop, depth + 1, role)
        ? stop
        : FAILED;
    }
    if (action === Action.STRING) return this.#text(content, stop);
    if (action === Action.PACKED_VARINT) return this.#packedVarints(content, stop);
    if (action === Action.PACKED_FIXED32 && (stop - content) % 4 !== 0) {
      return this.#fail(
        "invalid_protobuf",
        content,
        `${stop - content} packed bytes, a multiple of 4 expected`,
      );
    }
    return stop;
  }

  #nested(
    owner: number,
    message: number,
    fieldNumber: number,
    start: number,
    end: number,
    depth: number,
    role: number,
  ): boolean {
    if (depth > this.#maxNesting) {
      this.#fail("unknown_decode_error", start, `messages nested deeper than ${this.#maxNesting}`);
      return false;
    }
    if (owner === ROOT) {
      this.#enterVariant(fieldNumber);
      return this.#message(message, start, end, depth, message === EVENT_BATCH ? Role.BATCH : Role.RECORD);
    }
    if (role === Role.NONE) return this.#message(message, start, end, depth, Role.NONE);
    if (message === HEADER) return this.#header(this.#slotFor(role), start, end);
    if (role === Role.RECORD) return this.#message(message, start, end, depth, Role.NONE);
    this.#slot = NO_SLOT;
    return this.#message(message, start, end, depth, Role.RECORD);
  }

  /** Of several variants the last one counts; the same one twice is merged, as protobuf defines it. */
  #enterVariant(fieldNumber: number): void {
    if (this.kind === fieldNumber) return;
    this.kind = fieldNumber;
    this.#forgetHeaders();
  }

  /** The slot of the message being walked: a header that comes twice is merged into the same one. */
  #slotFor(role: number): HeaderSlot {
    if (role === Role.BATCH) {
      if (!this.batchHeaderFound) this.batchHeader.reset();
      this.batchHeaderFound = true;
      return this.batchHeader;
    }
    if (this.#slot === NO_SLOT) {
      this.#slot = this.headerCount++;
      const fresh = this.#slots[this.#slot];
      if (fresh === undefined) this.#slots.push(new HeaderSlot());
      else fresh.reset();
    }
    return this.#slots[this.#slot] as HeaderSlot;
  }

  #header(slot: HeaderSlot, start: number, end: number): boolean {
    let at = start;
    while (at < end) {
      const next = this.#headerField(slot, at, end);
      if (next === FAILED) {
        this.#locate(HEADER, at);
        return false;
      }
      at = next;
    }
    return true;
  }

  /** The case labels are the tag bytes of `Header`: field number times 8 plus wire type. */
  #headerField(slot: HeaderSlot, at: number, end: number): number {
    const tag = this.#bytes[at] as number;
    switch (tag) {
      case 0x1a:
      case 0x22: {
        const stop = this.#length(at + 1, end);
        if (stop === FAILED) return FAILED;
        const text = this.#strings.get(this.#bytes, this.#contentAt, stop);
        if (text === null) return this.#text(this.#contentAt, stop);
        if (tag === 0x22) slot.threadId = text;
        else slot.tenantId = text;
        return stop;
      }
      case 0x10:
      case 0x28:
      case 0x30:
      case 0x48: {
        const next = this.#varint(at + 1, end);
        if (next === FAILED) return FAILED;
        if (tag === 0x10) slot.timestampUs = this.#number.signed();
        else if (tag === 0x28) slot.setSequence(this.#number);
        else if (tag === 0x30) slot.messageType = this.#number.uint32() | 0;
        else slot.schemaVersion = this.#number.uint32();
        return next;
      }
      default:
        return this.#field(HEADER, at, end, 0, Role.NONE);
    }
  }

  #text(start: number, end: number): number {
    const bytes = this.#bytes;
    let at = start;
    while (at < end && (bytes[at] as number) < 0x80) at++;
    const bad = at === end ? -1 : invalidUtf8At(bytes, at, end);
    if (bad < 0) return end;
    const byte = (bytes[bad] as number).toString(16).padStart(2, "0");
    return this.#fail("invalid_protobuf", bad, `invalid UTF-8 (byte 0x${byte}) in a string`);
  }

  #packedVarints(start: number, end: number): number {
    let at = start;
    while (at < end) {
      at = this.#skipVarint(at, end);
      if (at === FAILED) return FAILED;
    }
    return end;
  }

  #skipFixed(start: number, end: number, size: number): number {
    const next = start + size;
    if (next <= end) return next;
    return this.#fail(
      "buffer_underflow",
      start,
      `${size} bytes expected, ${end - start} left in the message`,
    );
  }

  #skipVarint(start: number, end: number): number {
    return start < end && (this.#bytes[start] as number) < 0x80 ? start + 1 : this.#varint(start, end);
  }

  /** Reads a varint of up to 64 bits into `#number`. */
  #varint(start: number, end: number): number {
    const bytes = this.#bytes;
    const number = this.#number;
    number.clear();
    for (let i = 0; i < 10; i++) {
      const at = start + i;
      if (at >= end)
        return this.#fail("buffer_underflow", start, "a varint runs past the end of its message");
      const byte = bytes[at] as number;
      const bits = byte & 0x7f;
      if (i < 4) number.low |= bits << (7 * i);
      else if (i < 8) number.middle |= bits << (7 * (i - 4));
      else number.high |= bits << (7 * (i - 8));
      if (byte < 0x80) {
        if (number.high <= 0xff) return at + 1;
        break;
      }
    }
    return this.#fail("invalid_protobuf", start, "a varint of more than 64 bits");
  }

  /** Reads a length, leaves the start of the content in `#contentAt` and gives its end. */
  #length(start: number, end: number): number {
    const first = start < end ? (this.#bytes[start] as number) : 0x80;
    let length = first;
    let content = start + 1;
    if (first >= 0x80) {
      content = this.#varint(start, end);
      if (content === FAILED) return FAILED;
      if (content - start > 5) return this.#fail("invalid_protobuf", start, "a length of more than 5 bytes");
      length = this.#number.unsigned();
    }
    this.#contentAt = content;
    const stop = content + length;
    if (stop <= end) return stop;
    return this.#fail(
      "buffer_underflow",
      start,
      `length ${length} runs ${stop - end} bytes past the end of its message`,
    );
  }

  /** A field that the schema does not have is skipped; a wrong wire type or an impossible tag is an error. */
  #unknown(message: number, start: number, end: number): number {
    const at = this.#varint(start, end);
    if (at === FAILED) return FAILED;
    if (at - start > 5 || this.#number.unsigned() > 0xffff_ffff) {
      return this.#fail("invalid_protobuf", start, "a tag of more than 32 bits");
    }
    const tag = this.#number.uint32();
    const fieldNumber = tag >>> 3;
    const wireType = tag & 7;
    if (fieldNumber === 0) return this.#fail("invalid_protobuf", start, "field number 0, 1 or more expected");
    if (wireType === 3 || wireType === 4) {
      return this.#fail(
        "invalid_protobuf",
        start,
        `wire type ${wireType} (group), which proto3 does not have`,
      );
    }
    const expected = expectedWireType(message, fieldNumber);
    // A known field comes here only with an overlong tag, or with the wrong wire type.
    if (expected !== undefined) {
      return this.#fail("invalid_protobuf", start, `invalid wire type ${wireType}, ${expected} expected`);
    }
    switch (wireType) {
      case WireType.VARINT:
        return this.#skipVarint(at, end);
      case WireType.FIXED64:
        return this.#skipFixed(at, end, 8);
      case WireType.LENGTH:
        return this.#length(at, end);
      case WireType.FIXED32:
        return this.#skipFixed(at, end, 4);
      default:
        return this.#fail("invalid_protobuf", start, `wire type ${wireType} does not exist`);
    }
  }

  #fail(failure: FailureCode, at: number, detail: string): number {
    this.failure = failure;
    this.#failedAt = at;
    this.#detail = detail;
    return FAILED;
  }

  /** Puts the name of the field at `at` before the path, once for each level on the way out of a failure. */
  #locate(message: number, at: number): void {
    const tag = this.#bytes[at] as number;
    const name =
      (tag < 0x80 ? fieldName(message, tag >> 3) : undefined) ?? (tag < 0x80 ? `#${tag >> 3}` : "?");
    this.#path = this.#path === "" ? name : `${name}.${this.#path}`;
  }
}
