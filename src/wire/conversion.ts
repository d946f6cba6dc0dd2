// Between the objects of our model and those that protobufjs encodes: 64-bit integers in and out without rounding,
// the set member of a oneof named, absent fields given their defaults.

import Long from "long";
import protobuf from "protobufjs/light.js";
import { DashstreamError } from "../errors.ts";
import { MAX_NESTING } from "./walker.ts";

export type Fields = Record<string, unknown>;

const SIGNED_64 = new Set(["int64", "sint64", "sfixed64"]);
const UNSIGNED_64 = new Set(["uint64", "fixed64"]);

/**
 * What protobufjs encodes for `message`.
 * @throws DashstreamError `message_invalid`, naming the field
 */
export function toWire(type: protobuf.Type, message: object, path: string, depth: number): Fields {
  if (depth > MAX_NESTING) {
    throw new DashstreamError("message_invalid", `${path}: nested deeper than ${MAX_NESTING} messages`);
  }
  const out: Fields = {};
  for (const field of type.fieldsArray) {
    const value: unknown = Reflect.get(message, field.name);
    if (value === undefined || value === null) continue;
    out[field.name] = eachValue(field, value, (one, at) => valueToWire(field, one, `${path}.${at}`, depth));
  }
  return out;
}

/** The model object of a decoded message. */
export function fromWire(type: protobuf.Type, message: Fields): Fields {
  const out: Fields = {};
  for (const field of type.fieldsArray) {
    const { name } = field;
    const set = Object.hasOwn(message, name) && message[name] !== null;
    if (field.partOf) {
      if (!set) continue;
      out[field.partOf.name] = name;
    } else if (!set && field.resolvedType instanceof protobuf.Type && !field.repeated && !field.map) continue;
    const value = set ? message[name] : field.map ? {} : field.repeated ? [] : field.typeDefault;
    out[name] = eachValue(field, value, (one) => valueFromWire(field, one));
  }
  return out;
}

/** Applies `convert` to the value, or to each value of a repeated or map field. */
function eachValue(
  field: protobuf.Field,
  value: unknown,
  convert: (one: unknown, at: string) => unknown,
): unknown {
  const { name } = field;
  if (field.map) {
    const entries = Object.entries(value as Fields);
    return Object.fromEntries(entries.map(([key, one]) => [key, convert(one, `${name}["${key}"]`)]));
  }
  if (field.repeated)
    return (value as readonly unknown[]).map((one, index) => convert(one, `${name}[${index}]`));
  return convert(value, name);
}

function valueToWire(field: protobuf.Field, value: unknown, path: string, depth: number): unknown {
  if (field.resolvedType instanceof protobuf.Type)
    return toWire(field.resolvedType, value as object, path, depth + 1);
  if (SIGNED_64.has(field.type)) return integer64(value, false, path);
  if (UNSIGNED_64.has(field.type)) return integer64(value, true, path);
  if (field.type === "string") return String(value).toWellFormed();
  return value;
}

function valueFromWire(field: protobuf.Field, value: unknown): unknown {
  if (field.resolvedType instanceof protobuf.Type) return fromWire(field.resolvedType, value as Fields);
  if (SIGNED_64.has(field.type) || UNSIGNED_64.has(field.type)) return BigInt(String(value));
  return field.type === "bytes" ? Uint8Array.from(value as ArrayLike<number>) : value;
}

function integer64(value: unknown, unsigned: boolean, path: string): Long {
  const range = unsigned ? "0 to 2^64-1" : "-2^63 to 2^63-1";
  const invalid = () =>
    new DashstreamError("message_invalid", `${path}: "${String(value)}" is not a whole number from ${range}`);
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw invalid();
  let exact: bigint;
  try {
    exact = BigInt(value as bigint | number | string);
  } catch {
    throw invalid();
  }
  const fits = unsigned ? BigInt.asUintN(64, exact) === exact : BigInt.asIntN(64, exact) === exact;
  if (!fits) throw invalid();
  return Long.fromString(exact.toString(), unsigned);
}
