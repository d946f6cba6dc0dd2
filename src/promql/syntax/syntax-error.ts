// What is wrong with an expression, said as Prometheus says it: line, column and a sentence.

import { DashstreamError } from "../../errors.ts";

/** `promql_invalid`, with the place counted from 1 as `line:column`. */
export function syntaxError(text: string, at: number, reason: string): DashstreamError {
  return new DashstreamError("promql_invalid", `${lineAndColumn(text, at)}: parse error: ${reason}`);
}

/** `promql_unsupported`: Prometheus would know what is meant, at least with a feature flag. */
export function unsupportedSyntax(text: string, at: number, reason: string): DashstreamError {
  return new DashstreamError("promql_unsupported", `${lineAndColumn(text, at)}: ${reason}`);
}

/** Counted from 1, as `line:column`. */
export function lineAndColumn(text: string, at: number): string {
  if (text === "") return "unknown position";
  const before = text.slice(0, Math.max(0, at)).split("\n");
  return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}
