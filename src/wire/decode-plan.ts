// The schema compiled for decoding: for each message its fields by number, with what to do with the bytes of each.
// Runs in browsers.

import { DashstreamError } from "../errors.ts";
import { type FieldSchema, SCHEMA } from "./schema.ts";

/** How one value is read; a message by its own plan. */
export type ValueKind = ScalarKind | "message";
export type ScalarKind =
  | "double"
  | "float"
  | "uint32"
  | "int64"
  | "uint64"
  | "bool"
  | "enum"
  | "string"
  | "bytes";

export interface FieldPlan {
  readonly id: number;
  readonly name: string;
  readonly kind: ValueKind;
  /** Of a message, or of the messages in a list or map. */
  readonly message: MessagePlan | null;
  /** `map` has text keys. */
  readonly shape: "single" | "list" | "map" | "variant";
}

export interface MessagePlan {
  /** In the order of the schema. */
  readonly fields: readonly FieldPlan[];
  /** Index = field number. */
  readonly byNumber: readonly (FieldPlan | undefined)[];
  /** Name of the oneof, whose members are the fields of shape `variant`; `null` if there is none. */
  readonly oneof: string | null;
}

interface Draft {
  fields: FieldPlan[];
  byNumber: FieldPlan[];
  oneof: string | null;
}

const drafts = new Map<string, Draft>();

/** The plan of a message of the schema; messages may contain themselves. */
function planOf(name: string): MessagePlan {
  const known = drafts.get(name);
  if (known !== undefined) return known;
  const schema = SCHEMA[name];
  if (schema === undefined || !("fields" in schema)) {
    throw new DashstreamError("invariant", `the schema has no message ${name}`);
  }
  const oneofs = Object.entries(schema.oneofs ?? {});
  if (oneofs.length > 1) throw new DashstreamError("invariant", `${name} has several oneofs, one expected`);
  const oneof = oneofs[0]?.[0] ?? null;
  const variants = oneofs[0]?.[1].oneof ?? [];
  const draft: Draft = { fields: [], byNumber: [], oneof };
  drafts.set(name, draft);
  for (const [field, fieldSchema] of Object.entries(schema.fields)) {
    const plan: FieldPlan = {
      id: fieldSchema.id,
      name: field,
      ...readAs(fieldSchema.type, schema.nested ?? {}),
      shape: variants.includes(field) ? "variant" : shapeOf(fieldSchema),
    };
    draft.fields.push(plan);
    draft.byNumber[plan.id] = plan;
  }
  return draft;
}

function shapeOf(field: FieldSchema): "single" | "list" | "map" {
  if (field.keyType !== undefined) return "map";
  return field.rule === "repeated" ? "list" : "single";
}

const SCALARS: readonly string[] = [
  "double",
  "float",
  "uint32",
  "int64",
  "uint64",
  "bool",
  "string",
  "bytes",
] satisfies readonly ScalarKind[];

function readAs(
  type: string,
  nested: Readonly<Record<string, unknown>>,
): { readonly kind: ValueKind; readonly message: MessagePlan | null } {
  const target = nested[type] === undefined ? SCHEMA[type] : { values: {} };
  if (target === undefined && SCALARS.includes(type)) return { kind: type as ScalarKind, message: null };
  if (target !== undefined && "values" in target) return { kind: "enum", message: null };
  if (target !== undefined) return { kind: "message", message: planOf(type) };
  throw new DashstreamError("invariant", `no way to decode ${type} is known`);
}

/** What everything on the wire is. */
export const DASHSTREAM_MESSAGE = planOf("DashStreamMessage");
