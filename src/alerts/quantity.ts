// The numbers in rules. Each is tagged with its kind, so that a drill can run the same rules faster: of a rule whose
// numbers are all tagged it is known what changes when everything happens ten times faster, and what does not.

import { durationText } from "./duration.ts";

/**
 * - `window`: how far a range selector looks back, in milliseconds
 * - `duration`: how long something must last (`for`), in milliseconds
 * - `age`: how old something is, in seconds
 * - `count`: how many, of what gathers with time (records that wait, events inside a window)
 * - `rate`: how many a second
 * - `share`: a part of a whole, 0 to 1
 * - `latency`: how long one operation takes, in milliseconds
 * - `constant`: a number that is no threshold, such as the 0 of `up == 0`
 */
export type QuantityKind =
  | "window"
  | "duration"
  | "age"
  | "count"
  | "rate"
  | "share"
  | "latency"
  | "constant";

export interface Quantity {
  readonly kind: QuantityKind;
  /** The name by which a site sets it, after that of the alert and a dot; `null` if it cannot be set. */
  readonly name: string | null;
  /** In the unit of its kind. */
  readonly value: number;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

/** How far a range selector looks back. */
export function windowMinutes(minutes: number): Quantity {
  return { kind: "window", name: "window", value: minutes * MINUTE_MS };
}

/** For how long an expression must give something before the alert fires. */
export function forMinutes(minutes: number): Quantity {
  return { kind: "duration", name: "for", value: minutes * MINUTE_MS };
}

/** A threshold for an age. */
export function age(seconds: number, name = "age"): Quantity {
  return { kind: "age", name, value: seconds };
}

/** A threshold for a number of things that gathers with time. */
export function count(things: number, name = "count"): Quantity {
  return { kind: "count", name, value: things };
}

/** A threshold for things a second. */
export function rate(perSecond: number, name = "rate"): Quantity {
  return { kind: "rate", name, value: perSecond };
}

/** A threshold for a part of a whole, or a quantile. */
export function share(part: number, name = "share"): Quantity {
  return { kind: "share", name, value: part };
}

/** A threshold for the time of one operation. */
export function latency(milliseconds: number, name = "latency_ms"): Quantity {
  return { kind: "latency", name, value: milliseconds };
}

/** A number that belongs to the form of an expression and is no threshold. */
export function constant(value: number): Quantity {
  return { kind: "constant", name: null, value };
}

/**
 * The same quantity where everything happens `scale` times faster: faults last a `scale`th, scrapes come `scale` times as
 * often.
 *
 * - Windows, durations and ages are divided: what took five minutes takes five minutes / `scale`.
 * - Counts are divided, because a `scale`th of the time gathers a `scale`th of the things; a count that was at least 1
 *   stays at least 1, so that a single event is not enough where it was not, and is where it was.
 * - Rates stay: they are per second, and the traffic of a drill is not faster than that of a normal day. So do shares.
 * - Latencies stay: an operation takes as long as it takes, and half a second is as slow in a drill as ever.
 */
export function scaled(quantity: Quantity, scale: number): Quantity {
  const { kind, value } = quantity;
  switch (kind) {
    case "window":
    case "duration":
      return { ...quantity, value: Math.round(value / scale) };
    case "age":
      return { ...quantity, value: Math.round((value / scale) * 1000) / 1000 };
    case "count":
      return { ...quantity, value: value < 1 ? value : Math.max(1, Math.round(value / scale)) };
    case "rate":
    case "share":
    case "latency":
    case "constant":
      return quantity;
  }
}

/** As PromQL and rule files write it. */
export function quantityText({ kind, value }: Quantity): string {
  return kind === "window" || kind === "duration" ? durationText(value) : String(value);
}

/** As people read it. */
export function quantityWords({ kind, value }: Quantity): string {
  switch (kind) {
    case "window":
    case "duration":
      return durationText(value);
    case "age":
      return durationText(Math.round(value * SECOND_MS));
    case "rate":
      return `${value}/s`;
    case "share":
      return `${Math.round(value * 1e6) / 1e4} %`;
    case "latency":
      return `${value} ms`;
    case "count":
    case "constant":
      return value.toLocaleString("en-US");
  }
}
