// Durations of rule files: `90s`, `1d12h`, `1w`, `0` (model.ParseDuration of Prometheus), units from large to small.

import { quoted } from "./template/go-quote.ts";

/** Milliseconds, or what is wrong in the words of Prometheus. */
export type ParsedDuration = { readonly ms: number } | { readonly problem: string };

/** A year has 365 days. */
const UNITS = new Map<string, readonly [order: number, ms: number]>([
  ["y", [1, 365 * 86_400_000]],
  ["w", [2, 7 * 86_400_000]],
  ["d", [3, 86_400_000]],
  ["h", [4, 3_600_000]],
  ["m", [5, 60_000]],
  ["s", [6, 1000]],
  ["ms", [7, 1]],
]);
/** Longest duration of Go, 292 years. */
const MAX_MS = 2 ** 63 / 1e6;

export function parseDuration(text: string): ParsedDuration {
  if (text === "0") return { ms: 0 };
  if (text === "") return { problem: "empty duration string" };
  const invalid = { problem: `not a valid duration string: ${quoted(text)}` };
  let total = 0;
  let lastOrder = 0;
  for (let rest = text; rest !== ""; ) {
    const [part = "", digits = "", name = ""] = /^(\d+)(\D+)/.exec(rest) ?? [];
    if (part === "") return invalid;
    const unit = UNITS.get(name);
    if (!unit) return { problem: `unknown unit ${quoted(name)} in duration ${quoted(text)}` };
    const [order, ms] = unit;
    if (order <= lastOrder) return invalid;
    lastOrder = order;
    total += Number(digits) * ms;
    if (total > MAX_MS) return { problem: "duration out of range" };
    rest = rest.slice(part.length);
  }
  return { ms: total };
}

/** A minus sign in front is allowed. */
export function parseSignedDuration(text: string): ParsedDuration {
  if (!text.startsWith("-")) return parseDuration(text);
  const duration = parseDuration(text.slice(1));
  return "problem" in duration ? duration : { ms: -duration.ms };
}
