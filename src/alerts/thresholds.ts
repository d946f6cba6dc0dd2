// Numbers of rules that a site sets for itself: `KafkaConsumerLagHigh.lag=20000`, `E2ELatencyHigh.for=10m`. What does not
// exist or cannot be is refused by name.

import { nearestName } from "../config/nearest.ts";
import { DashstreamError } from "../errors.ts";
import { parseDuration } from "../promql/rules/duration.ts";
import type { AlertDefinition } from "./alert.ts";
import { durationText } from "./duration.ts";
import { type Quantity, quantityText } from "./quantity.ts";
import { ALERTS, findAlert } from "./registry.ts";
import { SCRAPE_INTERVAL_MS, SCRAPES_PER_WINDOW } from "./site.ts";
import { quantitiesOf } from "./template.ts";

/** Values by `Alert.name`, each in the unit of its kind. */
export type Thresholds = ReadonlyMap<string, number>;

export const NO_THRESHOLDS: Thresholds = new Map();

/** Of a name so much may be wrong for a guess. */
const WRONG_SHARE = 0.3;
/** A window that is shorter would hold too few scrapes for a rate. */
const MIN_WINDOW_MS = SCRAPES_PER_WINDOW * SCRAPE_INTERVAL_MS;
/** Longer is a slip of the pen: a window of days, an alert that nobody would see. */
const MAX_DURATION_MS = 24 * 3_600_000;

/** What can be set of an alert, by name: its thresholds, its windows and for how long. */
export function settable(alert: AlertDefinition): ReadonlyMap<string, Quantity> {
  const quantities = [...alert.signals.flatMap((signal) => quantitiesOf(signal.expr)), alert.for];
  return new Map(
    quantities.flatMap((quantity) => (quantity.name === null ? [] : [[quantity.name, quantity]])),
  );
}

/**
 * Reads settings of the form `Alert.name=value`; of two for one name the later counts.
 * @throws `usage` for an unknown alert or name, a value that cannot be, or a tier above its higher one
 */
export function parseThresholds(settings: readonly string[]): Thresholds {
  const thresholds = new Map(settings.map(parseSetting));
  for (const upper of ALERTS) {
    for (const { alert } of upper.mutes) checkTiers(upper, alert, thresholds);
  }
  return thresholds;
}

/** A lower tier that begins above the higher one would never be heard of: it is muted whenever it fires. */
function checkTiers(upper: AlertDefinition, lowerName: string, thresholds: Thresholds): void {
  const lower = findAlert(lowerName);
  for (const [name, quantity] of settable(upper)) {
    const other = lower === null ? undefined : settable(lower).get(name);
    if (other === undefined || quantity.kind === "window" || quantity.kind === "duration") continue;
    const most = withThreshold(upper.name, quantity, thresholds);
    const value = withThreshold(lowerName, other, thresholds);
    if (value.value <= most.value) continue;
    throw wrong(
      `${lowerName}.${name}=${quantityText(value)}`,
      `expected at most ${quantityText(most)}, which is ${upper.name}.${name}, the higher tier`,
    );
  }
}

/** A quantity of an alert as the site has set it. */
export function withThreshold(alert: string, quantity: Quantity, thresholds: Thresholds): Quantity {
  const value = quantity.name === null ? undefined : thresholds.get(`${alert}.${quantity.name}`);
  return value === undefined ? quantity : { ...quantity, value };
}

function parseSetting(setting: string): readonly [key: string, value: number] {
  const [, alertName = "", name = "", value = ""] =
    /^\s*([^.=\s]+)\.([^.=\s]+)\s*=\s*(.*?)\s*$/.exec(setting) ?? [];
  if (alertName === "")
    throw wrong(setting, "expected Alert.name=value, for example KafkaConsumerLagHigh.lag=20000");
  const alert = findAlert(alertName);
  if (alert === null) {
    const names = ALERTS.map((known) => known.name);
    throw wrong(setting, `there is no alert ${alertName}${guess(alertName, names)}; --list shows all`);
  }
  const quantities = settable(alert);
  const quantity = quantities.get(name);
  if (quantity === undefined) {
    const names = [...quantities.keys()];
    throw wrong(
      setting,
      `${alertName} has no ${name}${guess(name, names)}, expected one of ${names.join(", ")}`,
    );
  }
  return [`${alertName}.${name}`, parseValue(setting, value, quantity)];
}

function parseValue(setting: string, value: string, quantity: Quantity): number {
  const { kind } = quantity;
  const isTime = kind === "window" || kind === "duration";
  const number = isTime ? parseTime(value) : parseNumber(value);
  const [min, max, what] = bounds(quantity);
  if (number !== null && number >= min && number <= max) return number;
  throw wrong(setting, `"${value}" cannot be, expected ${what}, for example ${quantityText(quantity)}`);
}

function bounds({ kind }: Quantity): readonly [min: number, max: number, what: string] {
  switch (kind) {
    case "window":
      return [MIN_WINDOW_MS, MAX_DURATION_MS, `a duration from ${durationText(MIN_WINDOW_MS)} to 24h`];
    case "duration":
      return [0, MAX_DURATION_MS, "a duration from 0s to 24h"];
    case "share":
      return [0, 1, "a number from 0 to 1"];
    case "age":
      return [0, Number.MAX_SAFE_INTEGER, "seconds, a number from 0"];
    case "latency":
      return [0, Number.MAX_SAFE_INTEGER, "milliseconds, a number from 0"];
    case "rate":
    case "count":
    case "constant":
      return [0, Number.MAX_SAFE_INTEGER, "a number from 0"];
  }
}

function parseTime(text: string): number | null {
  const duration = parseDuration(text);
  return "ms" in duration ? duration.ms : null;
}

function parseNumber(text: string): number | null {
  return /^\d{1,16}(\.\d{1,9})?$/.test(text) ? Number(text) : null;
}

function guess(text: string, names: readonly string[]): string {
  const nearest = nearestName(text, names, WRONG_SHARE);
  return nearest === null ? "" : ` (did you mean ${nearest}?)`;
}

function wrong(setting: string, reason: string): DashstreamError {
  return new DashstreamError("usage", `--threshold ${setting}: ${reason}`);
}
