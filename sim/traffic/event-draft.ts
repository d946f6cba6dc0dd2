// Events with attributes, written shortly.

import { type AttributeValueInit, EventType } from "../../src/wire/model.ts";
import type { Draft } from "./draft.ts";

export type EventName = keyof typeof EventType extends `EVENT_TYPE_${infer Name}` ? Name : never;

type AttributeScalar = string | number | boolean;

export interface EventFields {
  readonly nodeId?: string;
  readonly durationUs?: number;
  readonly llmRequestId?: string;
  /** Integral numbers become `int_value`, others `float_value`. */
  readonly attributes?: Readonly<Record<string, AttributeScalar>>;
}

export function event(name: EventName, fields: EventFields = {}): Draft {
  const { attributes = {}, ...rest } = fields;
  const wireAttributes: Record<string, AttributeValueInit> = {};
  for (const [key, value] of Object.entries(attributes)) wireAttributes[key] = attributeValue(value);
  return {
    kind: "event",
    body: { ...rest, eventType: EventType[`EVENT_TYPE_${name}`], attributes: wireAttributes },
  };
}

function attributeValue(value: AttributeScalar): AttributeValueInit {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  return Number.isInteger(value) ? { intValue: value } : { floatValue: value };
}
