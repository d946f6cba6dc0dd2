// Values of templates: as much of Go's types as annotations can meet, because printing, truth and messages depend on them.

import type { Labels } from "../../labels.ts";
import { durationText, timeText } from "./go-time.ts";

export type GoValue =
  /** Nothing: an untyped nil, a missing value. */
  | { readonly kind: "nil" }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "int"; readonly value: bigint; readonly type: "int" | "int64" }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "string"; readonly value: string; readonly type: "string" | "template.HTML" }
  | GoMap
  | GoList
  | GoStruct
  /** A pointer to a time or a duration, both in nanoseconds. */
  | { readonly kind: "time"; readonly value: bigint }
  | { readonly kind: "duration"; readonly value: bigint };

export interface GoMap {
  readonly kind: "map";
  readonly type: "map[string]string" | "map[string]interface {}";
  readonly entries: ReadonlyMap<string, GoValue>;
}

/** The result of a query. */
export interface GoList {
  readonly kind: "list";
  readonly items: readonly GoStruct[];
}

export interface GoStruct {
  readonly kind: "struct";
  readonly type: string;
  readonly isPointer: boolean;
  readonly fields: Readonly<Record<string, GoValue>>;
}

export const NIL: GoValue = { kind: "nil" };

export function goString(value: string): GoValue {
  return { kind: "string", value, type: "string" };
}

export function goInt(value: number | bigint, type: "int" | "int64" = "int"): GoValue {
  return { kind: "int", value: BigInt(value), type };
}

export function goFloat(value: number): GoValue {
  return { kind: "float", value };
}

export function goBool(value: boolean): GoValue {
  return { kind: "bool", value };
}

export function goStringMap(entries: Iterable<readonly [string, string]>): GoMap {
  const values = [...entries].map(([name, value]) => [name, goString(value)] as const);
  return { kind: "map", type: "map[string]string", entries: new Map(values) };
}

/** A sample as templates see it (template/template.go of Prometheus). */
export function goSample(labels: Labels, value: number): GoStruct {
  return {
    kind: "struct",
    type: "template.sample",
    isPointer: true,
    fields: { Labels: goStringMap(labels), Value: goFloat(value) },
  };
}

/** The name of a value's type in messages. */
export function typeName(value: GoValue): string {
  switch (value.kind) {
    case "nil":
      return "<nil>";
    case "bool":
      return "bool";
    case "float":
      return "float64";
    case "int":
    case "string":
    case "map":
      return value.type;
    case "list":
      return "template.queryResult";
    case "struct":
      return value.isPointer ? `*${value.type}` : value.type;
    case "time":
      return "*time.Time";
    case "duration":
      return "*time.Duration";
  }
}

/** What `if`, `with`, `and`, `or` and `not` take for true. */
export function isTrue(value: GoValue): boolean {
  switch (value.kind) {
    case "nil":
      return false;
    case "bool":
      return value.value;
    case "int":
      return value.value !== 0n;
    case "float":
      return value.value !== 0;
    case "string":
      return value.value !== "";
    case "map":
      return value.entries.size > 0;
    case "list":
      return value.items.length > 0;
    case "struct":
    case "time":
    case "duration":
      return true;
  }
}

/** What a value with a method `String` says of itself; `null` for others. */
export function ownText(value: GoValue): string | null {
  if (value.kind === "time") return timeText(value.value);
  return value.kind === "duration" ? durationText(value.value) : null;
}
