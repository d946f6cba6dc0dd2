// Where records come from and who reads them, in the words of OpenTelemetry's conventions for messaging
// (https://opentelemetry.io/docs/specs/semconv/messaging/kafka/).

import type { SpanAttributes } from "../telemetry/tracing/span.ts";
import type { KafkaSettings } from "./kafka-settings.ts";

export interface RecordSource {
  readonly topic: string;
  readonly groupId: string;
  readonly settings: Pick<KafkaSettings, "clientId">;
}

/** What all spans of one partition say. `operation` is `receive` or `process`. */
export function sourceAttributes(
  { topic, groupId, settings }: RecordSource,
  operation: "receive" | "process",
  partition: number,
): SpanAttributes {
  return {
    "messaging.system": "kafka",
    "messaging.operation.type": operation,
    "messaging.operation.name": operation,
    "messaging.destination.name": topic,
    "messaging.destination.partition.id": String(partition),
    "messaging.consumer.group.name": groupId,
    "messaging.client.id": settings.clientId,
    "kafka.partition": partition,
  };
}

/** The place of a record, under the name of the conventions and under ours. */
export function offsetAttributes(offset: number): SpanAttributes {
  return { "messaging.kafka.offset": offset, "kafka.offset": offset };
}
