// From the objects of model.ts to those that protobufjs encodes. Every number is checked, because protobufjs would
// encode a wrong one as something else.

import protobuf from "protobufjs/light.js";
import { DashstreamError } from "../errors.ts";
import { MAX_NESTING } from "./walker.ts";

/** A message as an object, by field name. */
export type Fields = Record<string, unknown>;

/** The shape in which protobufjs takes and gives 64-bit integers. */
interface LongBits {
  readonly low: number;
  readonly high: number;
}

const INT64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };
const UINT64 = { min: 0n, max: 2n ** 64n - 1n };
const UINT32_MAX = 2 ** 32 - 1;
const INT32_MAX = 2 ** 31 - 1;

/**
 * The object that protobufjs encodes as `message`.
 * @throws DashstreamError `message_invalid`, naming the field
 */
export function toWire(type: protobuf.Type, message: Fields, path: string, depth: number): Fields {
  if (depth > MAX_NESTING)
    invalid(path, "nested deeper", `at most ${MAX_NESTING} messages inside each other`);
  const wire: Fields = {};
  for (const field of type.fieldsArray) {
    const value = message[field.name];
    if (value === undefined) continue;
    const at = `${path}.${field.name}`;
    if (field.map) wire[field.name] = mapToWire(field, value as Fields, at, depth);
    else if (field.repeated) {
      wire[field.name] = (value as readonly unknown[]).map((item, i) =>
        valueToWire(field, item, `${at}[${i}]`, depth),
      );
    } else wire[field.name] = valueToWire(field, value, at, depth);
  }
  return wire;
}

function mapToWire(field: protobuf.Field, map: Fields, path: string, depth: number): Fields {
  const wire = Object.create(null) as Fields;
  for (const [key, value] of Object.entries(map)) {
    wire[key.toWellFormed()] = valueToWire(field, value, `${path}[${JSON.stringify(key)}]`, depth + 1);
  }
  return wire;
}

function valueToWire(field: protobuf.Field, value: unknown, path: string, depth: number): unknown {
  if (field.resolvedType instanceof protobuf.Type) {
    return toWire(field.resolvedType, value as Fields, path, depth + 1);
  }
  if (field.resolvedType instanceof protobuf.Enum) return integer(value, -INT32_MAX - 1, INT32_MAX, path);
  switch (field.type) {
    case "int64":
      return longBits(value, INT64, path);
    case "uint64":
      return longBits(value, UINT64, path);
    case "uint32":
      return integer(value, 0, UINT32_MAX, path);
    case "string":
      return (value as string).toWellFormed();
    default:
      return value;
  }
}

function integer(value: unknown, min: number, max: number, path: string): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
  return invalid(path, String(value), `an integer from ${min} to ${max}`);
}

function longBits(
  value: unknown,
  range: { readonly min: bigint; readonly max: bigint },
  path: string,
): LongBits {
  const exact = exactInteger(value);
  if (exact === null || exact < range.min || exact > range.max) {
    return invalid(path, String(value), `an exact integer from ${range.min} to ${range.max}`);
  }
  return { low: Number(BigInt.asIntN(32, exact)), high: Number(BigInt.asIntN(32, exact >> 32n)) };
}

function exactInteger(value: unknown): bigint | null {
  if (typeof value === "bigint") return value;
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : null;
  return typeof value === "string" && /^-?\d+$/.test(value) ? BigInt(value) : null;
}

function invalid(path: string, found: string, expected: string): never {
  throw new DashstreamError("message_invalid", `${path} is ${found}, ${expected} expected`);
}
