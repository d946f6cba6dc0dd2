// Quality reports as producers send them, encoded and decoded by the code that consumers use.

import { encodeFramed } from "../../src/wire/encode.ts";
import { decodeMessage, encodeMessage } from "../../src/wire/messages.ts";
import type {
  DashStreamMessage,
  DashStreamMessageInit,
  HeaderInit,
  MetricsInit,
  MetricValueInit,
} from "../../src/wire/model.ts";

/** A value by its kind: floats as numbers, integers as bigints. */
export type Value = number | bigint | boolean | string | Uint8Array | null;

export interface ReportInit {
  /** `null` = no header. */
  readonly header?: HeaderInit | null;
  readonly scope?: string;
  readonly values?: Readonly<Record<string, Value>>;
  readonly tags?: Readonly<Record<string, string>>;
}

function metricValue(value: Value): MetricValueInit {
  if (typeof value === "number") return { floatValue: value };
  if (typeof value === "bigint") return { intValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "string") return { stringValue: value };
  return value === null ? {} : { bytesValue: value };
}

export function reportInit({ header = {}, scope = "quality", values = {}, tags = {} }: ReportInit) {
  const metrics: MetricsInit = {
    ...(header === null
      ? {}
      : { header: { threadId: "session-1", sequence: 1, schemaVersion: 1, ...header } }),
    scope,
    metrics: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, metricValue(value)])),
    tags,
  };
  return { metrics } satisfies DashStreamMessageInit;
}

/** A report as consumers get it. */
export function reportMessage(report: ReportInit): DashStreamMessage {
  return decoded(reportInit(report));
}

/** A report as the value of a Kafka record. */
export function reportRecord(report: ReportInit): Buffer {
  return encodeFramed(reportInit(report));
}

export function decoded(init: DashStreamMessageInit): DashStreamMessage {
  const result = decodeMessage(encodeMessage(init));
  if (!result.ok) throw new Error(result.error);
  return result.message;
}
