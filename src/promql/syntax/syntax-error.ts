// What is wrong with an expression, said as Prometheus says it: line, column and a sentence.

import { DashstreamError } from "../../errors.ts";

/** `promql_invalid`, with the place counted from 1 as `line:column`. */
export function syntaxError(text: string, at: number, reason: string): DashstreamError {
  const before = text.slice(0, Math.max(0, at)).split("\n");
  const column = (before.at(-1)?.length ?? 0) + 1;
  return new DashstreamError("promql_invalid", `${before.length}:${column}: parse error: ${reason}`);
}
