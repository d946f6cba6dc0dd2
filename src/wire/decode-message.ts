// From an encoded message to the objects of model.ts. Structure is checked before, by the walker; here it is only read.
// No code is generated at run time, because web pages with a content security policy refuse that. Runs in browsers.

import { DASHSTREAM_MESSAGE, type FieldPlan, type MessagePlan, type ScalarKind } from "./decode-plan.ts";
import type { DecodeFailure } from "./failure.ts";
import type { DashStreamMessage } from "./model.ts";
import { MAX_NESTING, Walker } from "./walker.ts";

export type DecodedMessage =
  | { readonly ok: true; readonly message: DashStreamMessage }
  | { readonly ok: false; readonly code: DecodeFailure; readonly error: string };

/**
 * Decodes one encoded message, without framing. Fails as `Inspector` does, with the same codes; never throws.
 * `maxDepth` bounds how deep messages are nested (map entries count), at most and by default 100.
 */
export function decodeMessage(
  bytes: Uint8Array,
  options: { readonly maxDepth?: number } = {},
): DecodedMessage {
  const walker = walkerFor(Math.min(options.maxDepth ?? MAX_NESTING, MAX_NESTING));
  if (!walker.walk(bytes, 0, bytes.length)) {
    return { ok: false, code: walker.failure ?? "unknown_decode_error", error: walker.error(0) };
  }
  const raw: Raw = [];
  new Reading(bytes).message(DASHSTREAM_MESSAGE, bytes.length, raw);
  return { ok: true, message: build(DASHSTREAM_MESSAGE, raw) as unknown as DashStreamMessage };
}

/** One for each depth that was asked for: a walker has half a megabyte of its own. */
const walkers = new Map<number, Walker>();

function walkerFor(maxDepth: number): Walker {
  let walker = walkers.get(maxDepth);
  if (walker === undefined) {
    walker = new Walker(maxDepth);
    walkers.set(maxDepth, walker);
  }
  return walker;
}

/**
 * What was read of a message so far, by field number: a value, the `Raw` of a message, or a list of either. Place 0 has
 * the number of the oneof's variant. Kept like this because a message may come in several parts, which are merged.
 */
type Raw = unknown[];
type MapEntries = [key: string, value: unknown][];

const text = new TextDecoder("utf-8", { ignoreBOM: true });
const TWO_POW_21 = 0x20_0000;
const TWO_POW_28 = 0x1000_0000;

/** Steps through well-formed bytes. */
class Reading {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  message(plan: MessagePlan, end: number, raw: Raw): void {
    while (this.#at < end) {
      const tag = this.#uint32();
      const field = plan.byNumber[tag >>> 3];
      if (field === undefined) this.#skip(tag & 7);
      else this.#field(field, tag & 7, raw);
    }
  }

  #field(field: FieldPlan, wireType: number, raw: Raw): void {
    const { id, shape } = field;
    if (shape === "list") {
      raw[id] ??= [];
      this.#items(field, wireType, raw[id] as unknown[]);
    } else if (shape === "map") {
      raw[id] ??= [];
      (raw[id] as MapEntries).push(this.#entry(field));
    } else {
      if (shape === "variant" && raw[0] !== id) {
        // Of several variants the one that comes last counts.
        if (typeof raw[0] === "number") raw[raw[0]] = undefined;
        raw[0] = id;
      }
      raw[id] = this.#value(field, raw[id]);
    }
  }

  #items(field: FieldPlan, wireType: number, items: unknown[]): void {
    const { kind } = field;
    if (wireType !== 2 || kind === "message" || kind === "string" || kind === "bytes") {
      items.push(this.#value(field, undefined));
      return;
    }
    const packedBytes = this.#uint32();
    const end = this.#at + packedBytes;
    while (this.#at < end) items.push(this.#scalar(kind));
  }

  #entry(field: FieldPlan): MapEntries[number] {
    const length = this.#uint32();
    const end = this.#at + length;
    let key = "";
    let value: unknown = defaultOf(field);
    while (this.#at < end) {
      const tag = this.#uint32();
      if (tag >>> 3 === 1) key = this.#scalar("string") as string;
      else if (tag >>> 3 === 2) value = this.#value(field, value);
      else this.#skip(tag & 7);
    }
    return [key, value];
  }

  /** `before` is what came of the same field earlier. */
  #value({ kind, message }: FieldPlan, before: unknown): unknown {
    if (kind !== "message" || message === null) return this.#scalar(kind as ScalarKind);
    const raw = (before as Raw | undefined) ?? [];
    const length = this.#uint32();
    this.message(message, this.#at + length, raw);
    return raw;
  }

  #scalar(kind: ScalarKind): unknown {
    switch (kind) {
      case "string": {
        const content = this.#content();
        return content.length === 0 ? "" : text.decode(content);
      }
      case "bytes":
        return this.#content();
      case "uint32":
        return this.#uint32();
      case "enum":
        return this.#uint32() | 0;
      case "int64":
        return this.#int64(true);
      case "uint64":
        return this.#int64(false);
      case "bool":
        return this.#int64(false) !== 0n;
      case "double":
        this.#at += 8;
        return this.#view.getFloat64(this.#at - 8, true);
      case "float":
        this.#at += 4;
        return this.#view.getFloat32(this.#at - 4, true);
      default:
        return kind satisfies never;
    }
  }

  #content(): Uint8Array {
    const length = this.#uint32();
    const start = this.#at;
    this.#at = start + length;
    return this.#bytes.subarray(start, this.#at);
  }

  /** The low 32 bits of a varint. */
  #uint32(): number {
    const first = this.#bytes[this.#at++] as number;
    if (first < 0x80) return first;
    let value = first & 0x7f;
    for (let shift = 7; ; shift += 7) {
      const byte = this.#bytes[this.#at++] as number;
      // Shifts count modulo 32, so what is beyond is left out here.
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  #int64(signed: boolean): bigint {
    let low = 0;
    let scale = 1;
    // Seven bytes are 49 bits, which a number holds exactly.
    for (let i = 0; i < 7; i++) {
      const byte = this.#bytes[this.#at++] as number;
      low += (byte & 0x7f) * scale;
      if (byte < 0x80) return BigInt(low);
      scale *= 0x80;
    }
    let high = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes[this.#at++] as number;
      high |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    const bits = BigInt(high) * BigInt(TWO_POW_28) * BigInt(TWO_POW_21) + BigInt(low);
    return signed ? BigInt.asIntN(64, bits) : BigInt.asUintN(64, bits);
  }

  #skip(wireType: number): void {
    if (wireType === 0) this.#int64(false);
    else if (wireType === 1) this.#at += 8;
    else if (wireType === 5) this.#at += 4;
    else this.#content();
  }
}

/** The object of model.ts for what was read. */
function build(plan: MessagePlan, raw: Raw): Record<string, unknown> {
  const message: Record<string, unknown> = {};
  for (const field of plan.fields) {
    const value = raw[field.id];
    switch (field.shape) {
      case "variant":
        if (value === undefined || plan.oneof === null) break;
        message[plan.oneof] = field.name;
        message[field.name] = built(field, value);
        break;
      case "list":
        message[field.name] =
          value === undefined ? [] : (value as unknown[]).map((item) => built(field, item));
        break;
      case "map":
        message[field.name] = mapOf(field, value as MapEntries | undefined);
        break;
      case "single":
        if (value !== undefined) message[field.name] = built(field, value);
        else if (field.message === null) message[field.name] = defaultOf(field);
        break;
      default:
        field.shape satisfies never;
    }
  }
  return message;
}

function built({ message }: FieldPlan, value: unknown): unknown {
  return message === null ? value : build(message, value as Raw);
}

function mapOf(field: FieldPlan, entries: MapEntries = []): Record<string, unknown> {
  const map: Record<string, unknown> = {};
  for (const [key, raw] of entries) {
    const value = built(field, raw);
    // Assigning to `__proto__` would set the prototype instead of an entry.
    if (key !== "__proto__") map[key] = value;
    else Object.defineProperty(map, key, { value, enumerable: true, writable: true, configurable: true });
  }
  return map;
}

const NO_BYTES = new Uint8Array(0);

/** What a field is that was not on the wire; of a message one without fields. */
function defaultOf({ kind }: FieldPlan): unknown {
  switch (kind) {
    case "string":
      return "";
    case "bytes":
      return NO_BYTES;
    case "int64":
    case "uint64":
      return 0n;
    case "bool":
      return false;
    case "message":
      return [];
    case "double":
    case "float":
    case "uint32":
    case "enum":
      return 0;
    default:
      return kind satisfies never;
  }
}
