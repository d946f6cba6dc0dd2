// Changes the headers of a message that is to be encoded: its own and, of an event batch, those of its events.

import type { DashStreamMessageInit, EventInit, HeaderInit } from "./model.ts";

/**
 * - `own`: of a single message
 * - `batch`: of an event batch
 * - `event`: of an event in a batch
 */
export type HeaderPlace = "own" | "batch" | "event";

/** A copy of the message in which `change` was applied to each header that it has; events in their order. */
export function mapHeaders(
  message: DashStreamMessageInit,
  change: (header: HeaderInit, place: HeaderPlace) => HeaderInit,
): DashStreamMessageInit {
  const mapped = Object.entries(message).map(([name, body]) => {
    if (name === "message" || typeof body !== "object" || body === null) return [name, body];
    const events: readonly EventInit[] | undefined = Reflect.get(body, "events");
    const header: HeaderInit | undefined = Reflect.get(body, "header");
    const isBatch = name === "eventBatch";
    const changed = header === undefined ? {} : { header: change(header, isBatch ? "batch" : "own") };
    if (!isBatch || events === undefined) return [name, { ...body, ...changed }];
    const inner = events.map((event) =>
      event.header ? { ...event, header: change(event.header, "event") } : event,
    );
    return [name, { ...body, ...changed, events: inner }];
  });
  return Object.fromEntries(mapped) as DashStreamMessageInit;
}
