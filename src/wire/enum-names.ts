// Names of enumerated values beside their numbers, for programs that read a message as JSON: `eventType` keeps its
// number and `eventTypeName` says what that is. A number without a name, of a newer schema, gets none.

import {
  EventType,
  ExecutionStage,
  FinishReason,
  MetricType,
  OpType,
  Severity,
  ValueEncoding,
} from "./model.ts";

/** Short names by number: `NODE_START`, not `EVENT_TYPE_NODE_START`. */
export function shortNames(
  values: Readonly<Record<string, number>>,
  prefix: string,
): ReadonlyMap<number, string> {
  return new Map(Object.entries(values).map(([name, number]) => [number, name.slice(prefix.length)]));
}

const NAMES = {
  eventType: shortNames(EventType, "EVENT_TYPE_"),
  stage: shortNames(ExecutionStage, "EXECUTION_STAGE_"),
  finishReason: shortNames(FinishReason, "FINISH_REASON_"),
  severity: shortNames(Severity, "SEVERITY_"),
  op: shortNames(OpType, "OP_TYPE_"),
  encoding: shortNames(ValueEncoding, "VALUE_ENCODING_"),
  type: shortNames(MetricType, "METRIC_TYPE_"),
} satisfies Record<string, ReadonlyMap<number, string>>;

type EnumField = keyof typeof NAMES;

/** The object with a name for each of these fields of its own. */
function named(value: object, ...fields: readonly EnumField[]): object {
  const names = fields.flatMap((field) => {
    const name = NAMES[field].get(Number(Reflect.get(value, field)));
    return name === undefined ? [] : [[`${field}Name`, name] as const];
  });
  return { ...value, ...Object.fromEntries(names) };
}

/** The fields of a message, and of what lies in it, with names beside enumerated values. */
export function withEnumNames(fields: object): object {
  const nested = Object.entries(fields).map(([key, value]: [string, unknown]) => [key, nestedOf(key, value)]);
  return named(Object.fromEntries(nested), "eventType", "stage", "finishReason", "severity");
}

function nestedOf(key: string, value: unknown): unknown {
  if (Array.isArray(value)) {
    if (key === "events") return value.map((event: object) => named(event, "eventType"));
    if (key === "operations") return value.map((operation: object) => named(operation, "op", "encoding"));
    return value;
  }
  if (key !== "metrics" || typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, metric]: [string, object]) => [name, named(metric, "type")]),
  );
}
