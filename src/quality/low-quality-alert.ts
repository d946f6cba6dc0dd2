// Alerts that applications raise themselves: an event whose attribute `alert_type` is `LOW_QUALITY`.

import type { ReceivedMessage } from "../stream/received-message.ts";
import type { DashStreamMessage, Event } from "../wire/model.ts";

const ALERT_TYPE = "LOW_QUALITY";

/** Whether a message that is not decoded yet may hold such an alert. */
export function mayAlert({ kind, protobuf }: Pick<ReceivedMessage, "kind" | "protobuf">): boolean {
  return (kind === "event" || kind === "eventBatch") && protobuf.includes(ALERT_TYPE);
}

/** The events of a message that are such alerts, also those inside a batch. */
export function lowQualityAlerts(message: DashStreamMessage): readonly Event[] {
  if (message.message === "event") return [message.event].filter(isAlert);
  return message.message === "eventBatch" ? message.eventBatch.events.filter(isAlert) : [];
}

function isAlert({ attributes }: Event): boolean {
  const type = attributes.alert_type;
  return type?.value === "stringValue" && type.stringValue === ALERT_TYPE;
}
