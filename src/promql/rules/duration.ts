// Durations of rule files and templates, such as `1h30m` (model.ParseDuration of Prometheus), with what is wrong with them
// in its words.

import { readDuration } from "../syntax/literals.ts";
import { quoted } from "./template/go-quote.ts";

export type ParsedDuration = { readonly ms: number } | { readonly problem: string };

/** `0` needs no unit. */
export function parseDuration(text: string): ParsedDuration {
  if (text === "0") return { ms: 0 };
  if (text === "") return { problem: "empty duration string" };
  if (!/^(?:\d+\D+)+$/.test(text)) return { problem: `not a valid duration string: ${quoted(text)}` };
  const seconds = readDuration(text);
  return "problem" in seconds ? seconds : { ms: Math.round(seconds.value * 1000) };
}

/** A minus sign in front is allowed. */
export function parseSignedDuration(text: string): ParsedDuration {
  if (!text.startsWith("-")) return parseDuration(text);
  const duration = parseDuration(text.slice(1));
  return "problem" in duration ? duration : { ms: -duration.ms };
}
