// The schema compiled into one flat table: (message, tag byte) -> what follows on the wire. A tag carries the
// field number and the wire type, so one look-up also checks that a known field has the wire type it must have.

import { DashstreamError } from "../errors.ts";
import { type FieldSchema, type MessageSchema, SCHEMA } from "./schema.ts";

/** What follows a tag. `FIRST_MESSAGE + n` is a nested message of index n. */
export const Action = {
  /** Not in the schema, or not with this wire type. */
  UNKNOWN: 0,
  VARINT: 1,
  FIXED64: 2,
  FIXED32: 3,
  BYTES: 4,
  STRING: 5,
  PACKED_VARINT: 6,
  PACKED_FIXED32: 7,
  FIRST_MESSAGE: 8,
} as const;

/** Wire types of the protobuf encoding guide; 3 and 4 (groups) do not exist in proto3. */
export const WireType = { VARINT: 0, FIXED64: 1, LENGTH: 2, FIXED32: 5 } as const;

/** Every field of the schema has a tag of one byte, so a row has one entry for each such byte. */
export const ROW_SHIFT = 7;
const MAX_FIELD_NUMBER = 15;

const SCALARS: Readonly<Record<string, readonly [wireType: number, action: number]>> = {
  double: [WireType.FIXED64, Action.FIXED64],
  float: [WireType.FIXED32, Action.FIXED32],
  uint32: [WireType.VARINT, Action.VARINT],
  int64: [WireType.VARINT, Action.VARINT],
  uint64: [WireType.VARINT, Action.VARINT],
  bool: [WireType.VARINT, Action.VARINT],
  enum: [WireType.VARINT, Action.VARINT],
  string: [WireType.LENGTH, Action.STRING],
  bytes: [WireType.LENGTH, Action.BYTES],
};

/** What a repeated scalar looks like when packed; strings and bytes are never packed. */
const PACKED: Readonly<Record<number, number>> = {
  [Action.VARINT]: Action.PACKED_VARINT,
  [Action.FIXED32]: Action.PACKED_FIXED32,
};

interface Row {
  /** Field names as in the .proto file, by number. */
  readonly names: string[];
  readonly actions: Array<readonly [tag: number, action: number]>;
}

const rows: Row[] = [];
const indexes = new Map<string, number>();

/** The index of a message of the schema in the table; compiles it with everything below it on first use. */
function messageIndex(name: string): number {
  const known = indexes.get(name);
  if (known !== undefined) return known;
  const message = SCHEMA[name];
  if (message === undefined || !("fields" in message)) {
    throw new DashstreamError("invariant", `the schema has no message ${name}`);
  }
  const row = addRow(name);
  for (const [field, schema] of Object.entries(message.fields)) addField(row, name, message, field, schema);
  return rows.indexOf(row);
}

function addRow(name: string): Row {
  const row: Row = { names: [], actions: [] };
  indexes.set(name, rows.length);
  rows.push(row);
  return row;
}

function addField(row: Row, owner: string, message: MessageSchema, name: string, schema: FieldSchema): void {
  if (schema.id > MAX_FIELD_NUMBER) {
    throw new DashstreamError("invariant", `${owner}.${name} is number ${schema.id}, at most 15 expected`);
  }
  row.names[schema.id] = schema.protoName ?? name;
  if (schema.keyType !== undefined) {
    const entry = addRow(`${owner}.${name} entry`);
    const index = rows.length - 1;
    addField(entry, owner, message, "key", { type: schema.keyType, id: 1 });
    addField(entry, owner, message, "value", { type: schema.type, id: 2 });
    row.actions.push([(schema.id << 3) | WireType.LENGTH, Action.FIRST_MESSAGE + index]);
    return;
  }
  const [wireType, action] = meaningOf(message, schema.type);
  row.actions.push([(schema.id << 3) | wireType, action]);
  const packed = schema.rule === "repeated" ? PACKED[action] : undefined;
  if (packed !== undefined) row.actions.push([(schema.id << 3) | WireType.LENGTH, packed]);
}

function meaningOf(message: MessageSchema, type: string): readonly [number, number] {
  const target = message.nested?.[type] ?? SCHEMA[type];
  if (target !== undefined && "fields" in target) {
    return [WireType.LENGTH, Action.FIRST_MESSAGE + messageIndex(type)];
  }
  const scalar = SCALARS[target === undefined ? type : "enum"];
  if (scalar === undefined) throw new DashstreamError("invariant", `no wire type is known for ${type}`);
  return scalar;
}

/** Table indexes of the messages that the walker treats specially. */
export const ROOT = messageIndex("DashStreamMessage");
export const HEADER = messageIndex("Header");
export const EVENT_BATCH = messageIndex("EventBatch");

/** `ACTIONS[(message << ROW_SHIFT) | tagByte]`; tag bytes below 128 only. */
export const ACTIONS = compile();

function compile(): Uint8Array {
  const table = new Uint8Array(rows.length << ROW_SHIFT);
  rows.forEach((row, message) => {
    for (const [tag, action] of row.actions) table[(message << ROW_SHIFT) | tag] = action;
  });
  return table;
}

/** The name of a field as in the .proto file, or `undefined` if the message has no such field. */
export function fieldName(message: number, fieldNumber: number): string | undefined {
  return rows[message]?.names[fieldNumber];
}

/** The wire type that a known field must have (a packable one may also come packed). */
export function expectedWireType(message: number, fieldNumber: number): number | undefined {
  const tag = rows[message]?.actions.find(([known]) => known >> 3 === fieldNumber)?.[0];
  return tag === undefined ? undefined : tag & 7;
}
