// Walks an encoded DashStreamMessage once: checks its whole structure against the schema and picks up the headers
// on the way. What it accepts, every protobuf decoder accepts. It builds no objects: this runs for every record.
//
// Stricter than protobuf asks for, on purpose: a known field with another wire type and any group are malformed
// (proto3 has no groups), and tags and lengths take at most 5 bytes.

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
import { HeaderSlot } from "./header-slot.ts";
import { StringCache } from "./utf8.ts";
import { FAILED, WireReader } from "./wire-reader.ts";

/** Messages inside each other below the outermost one, as prost and protobufjs limit them; map entries count. */
export const MAX_NESTING = 100;

/** Which header a message's field 1 is. */
const Role = { NONE: 0, RECORD: 1, BATCH: 2 } as const;

const NO_SLOT = -1;
/** The field is not one of those that the fast path steps over. */
const LONG = -2;

export class Walker extends WireReader {
  /** Field number of the variant of the last walk; 0 = none, or one that this schema does not know. */
  kind = 0;
  /** Record headers found: the one of the message, or those of a batch's events. */
  headerCount = 0;
  batchHeaderFound = false;
  readonly batchHeader = new HeaderSlot();

  readonly #strings = new StringCache();
  readonly #slots: HeaderSlot[] = [];
  #slot = NO_SLOT;
  #path = "";
  readonly #maxNesting: number;

  constructor(maxNesting: number = MAX_NESTING) {
    super();
    this.#maxNesting = maxNesting;
  }

  /**
   * Walks `bytes[start, end)`. True if it is a well-formed message. If not, `failure` and `error` say why, and the
   * headers hold what was read before.
   */
  walk(bytes: Uint8Array, start: number, end: number): boolean {
    this.clear();
    this.bytes = bytes;
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
    return `failed to decode Protobuf message: ${this.#path} at byte ${this.failedAt - start}: ${this.detail}`;
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
      let next = this.#short(message, at, end);
      if (next === LONG) next = this.#field(message, at, end, depth, role);
      if (next === FAILED) {
        this.#locate(message, at);
        return false;
      }
      at = next;
    }
    return true;
  }

  /**
   * The fast path of `#field`, which decides what this one leaves (`LONG`): steps over a well-formed field with a
   * tag and a value or length of one byte each, ASCII if it is text. That is most fields of most messages, and
   * nearly halves the cost of a record.
   */
  #short(message: number, at: number, end: number): number {
    const bytes = this.bytes;
    const tag = bytes[at] as number;
    const content = at + 2;
    if (tag >= 0x80 || content > end) return LONG;
    const second = bytes[at + 1] as number;
    if (second >= 0x80) return LONG;
    const action = ACTIONS[(message << ROW_SHIFT) | tag] as number;
    if (action === Action.VARINT) return content;
    const stop = content + second;
    if (stop > end) return LONG;
    if (action === Action.BYTES) return stop;
    if (action !== Action.STRING) return LONG;
    for (let i = content; i < stop; i++) if ((bytes[i] as number) >= 0x80) return LONG;
    return stop;
  }

  /** Checks the field at `at` and gives the position after it, or `FAILED`. */
  #field(message: number, at: number, end: number, depth: number, role: number): number {
    const tag = this.bytes[at] as number;
    const action = tag < 0x80 ? (ACTIONS[(message << ROW_SHIFT) | tag] as number) : Action.UNKNOWN;
    if (action === Action.VARINT) return this.skipVarint(at + 1, end);
    if (action === Action.UNKNOWN) return this.#unknown(message, at, end);
    if (action < Action.BYTES) return this.skipFixed(at + 1, end, action === Action.FIXED64 ? 8 : 4);
    const stop = this.length(at + 1, end);
    if (stop === FAILED) return FAILED;
    const content = this.contentAt;
    if (action >= Action.FIRST_MESSAGE) {
      return this.#nested(message, action - Action.FIRST_MESSAGE, tag >> 3, content, stop, depth + 1, role)
        ? stop
        : FAILED;
    }
    if (action === Action.STRING) return this.text(content, stop);
    if (action === Action.PACKED_VARINT) return this.packedVarints(content, stop);
    if (action === Action.PACKED_FIXED32 && (stop - content) % 4 !== 0) {
      return this.fail(
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
      this.fail("unknown_decode_error", start, `messages nested deeper than ${this.#maxNesting}`);
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
    const tag = this.bytes[at] as number;
    switch (tag) {
      case 0x1a:
      case 0x22: {
        const stop = this.length(at + 1, end);
        if (stop === FAILED) return FAILED;
        const text = this.#strings.get(this.bytes, this.contentAt, stop);
        if (text === null) return this.text(this.contentAt, stop);
        if (tag === 0x22) slot.threadId = text;
        else slot.tenantId = text;
        return stop;
      }
      case 0x10:
      case 0x28:
      case 0x30:
      case 0x48: {
        const next = this.varint(at + 1, end);
        if (next === FAILED) return FAILED;
        if (tag === 0x10) slot.timestampUs = this.number.signed();
        else if (tag === 0x28) slot.setSequence(this.number);
        else if (tag === 0x30) slot.messageType = this.number.uint32() | 0;
        else slot.schemaVersion = this.number.uint32();
        return next;
      }
      default:
        return this.#field(HEADER, at, end, 0, Role.NONE);
    }
  }

  /** A field that the schema does not have is skipped; a wrong wire type or an impossible tag is an error. */
  #unknown(message: number, start: number, end: number): number {
    const at = this.varint(start, end);
    if (at === FAILED) return FAILED;
    if (at - start > 5 || this.number.unsigned() > 0xffff_ffff) {
      return this.fail("invalid_protobuf", start, "a tag of more than 32 bits");
    }
    const tag = this.number.uint32();
    const fieldNumber = tag >>> 3;
    const wireType = tag & 7;
    if (fieldNumber === 0) return this.fail("invalid_protobuf", start, "field number 0, 1 or more expected");
    if (wireType === 3 || wireType === 4) {
      return this.fail(
        "invalid_protobuf",
        start,
        `wire type ${wireType} (group), which proto3 does not have`,
      );
    }
    const expected = expectedWireType(message, fieldNumber);
    if (expected !== undefined && at - start > 1) {
      return this.fail(
        "invalid_protobuf",
        start,
        `a tag of ${at - start} bytes, 1 expected for field ${fieldNumber}`,
      );
    }
    if (expected !== undefined) {
      return this.fail("invalid_protobuf", start, `invalid wire type ${wireType}, ${expected} expected`);
    }
    switch (wireType) {
      case WireType.VARINT:
        return this.skipVarint(at, end);
      case WireType.FIXED64:
        return this.skipFixed(at, end, 8);
      case WireType.LENGTH:
        return this.length(at, end);
      case WireType.FIXED32:
        return this.skipFixed(at, end, 4);
      default:
        return this.fail("invalid_protobuf", start, `wire type ${wireType} does not exist`);
    }
  }

  /** Puts the name of the field at `at` before the path, once for each level on the way out of a failure. */
  #locate(message: number, at: number): void {
    const tag = this.bytes[at] as number;
    const name =
      (tag < 0x80 ? fieldName(message, tag >> 3) : undefined) ?? (tag < 0x80 ? `#${tag >> 3}` : "?");
    this.#path = this.#path === "" ? name : `${name}.${this.#path}`;
  }
}
