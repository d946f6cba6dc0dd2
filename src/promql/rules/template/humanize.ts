// Numbers for people, to the letter of Prometheus (template/template.go, and helpers/templates of its common library).

import { formatFloat } from "../../float-text.ts";
import { parseGoFloat } from "../../go-number.ts";
import { failure } from "./failure.ts";
import { quoted } from "./go-quote.ts";
import { type GoValue, typeName } from "./value.ts";

const LARGE = ["k", "M", "G", "T", "P", "E", "Z", "Y"];
const SMALL = ["m", "u", "n", "p", "f", "a", "z", "y"];
const BINARY = ["ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"];
const MAX_NS = 2 ** 63;

/** @throws DashstreamError `rules_invalid` with Go's message */
export function toFloat(value: GoValue): number {
  switch (value.kind) {
    case "float":
      return value.value;
    case "int":
      return Number(value.value);
    case "string": {
      if (value.type !== "string") break;
      const number = parseGoFloat(value.value);
      if (number !== null) return number;
      const isTooLarge = !Number.isNaN(Number(value.value)) && /\d/.test(value.value);
      const reason = isTooLarge ? "value out of range" : "invalid syntax";
      throw failure(`strconv.ParseFloat: parsing ${quoted(value.value)}: ${reason}`);
    }
    default:
  }
  throw failure(`can't convert ${typeName(value)} to float`);
}

function digits4(value: number): string {
  return formatFloat(value, "g", 4);
}

function grown(value: number, factor: number, prefixes: readonly string[]): string {
  let [rest, prefix] = [value, ""];
  for (const next of prefixes) {
    if (Math.abs(rest) < factor) break;
    prefix = next;
    rest /= factor;
  }
  return digits4(rest) + prefix;
}

function shrunk(value: number): string {
  let [rest, prefix] = [value, ""];
  for (const next of SMALL) {
    if (Math.abs(rest) >= 1) break;
    prefix = next;
    rest *= 1000;
  }
  return digits4(rest) + prefix;
}

export function humanize(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return digits4(value);
  return Math.abs(value) >= 1 ? grown(value, 1000, LARGE) : shrunk(value);
}

export function humanize1024(value: number): string {
  if (Math.abs(value) <= 1 || !Number.isFinite(value)) return digits4(value);
  return grown(value, 1024, BINARY);
}

export function humanizePercentage(value: number): string {
  return `${digits4(value * 100)}%`;
}

/** @param value seconds */
export function humanizeDuration(value: number): string {
  if (!Number.isFinite(value)) return digits4(value);
  if (value === 0) return `${digits4(value)}s`;
  if (Math.abs(value) < 1) return `${shrunk(value)}s`;
  const sign = value < 0 ? "-" : "";
  const size = Math.abs(value);
  const whole = Math.trunc(size);
  const [days, hours, minutes, seconds] = [
    Math.floor(whole / 86_400),
    Math.floor(whole / 3600) % 24,
    Math.floor(whole / 60) % 60,
    whole % 60,
  ];
  if (days > 0) return `${sign}${days}d ${hours}h ${minutes}m ${seconds}s`;
  if (hours > 0) return `${sign}${hours}h ${minutes}m ${seconds}s`;
  if (minutes > 0) return `${sign}${minutes}m ${seconds}s`;
  return `${sign}${digits4(size)}s`;
}

/**
 * A time as nanoseconds, exact to the millisecond; `null` for NaN and infinities.
 * @param value seconds since the Unix epoch
 */
export function toTime(value: number): bigint | null {
  if (!Number.isFinite(value)) return null;
  const ns = value * 1e9;
  if (Math.abs(ns) > MAX_NS) {
    const text = formatFloat(value, "g", -1);
    throw failure(`${text} cannot be represented as a nanoseconds timestamp since it overflows int64`);
  }
  return (BigInt(Math.trunc(ns)) / 1_000_000n) * 1_000_000n;
}
