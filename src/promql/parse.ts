// Text to a checked expression. What Prometheus 3 refuses is refused here, in its words; so is what it has behind feature
// flags, and native histograms.

import type { Expr } from "./ast.ts";
import { buildExpr } from "./syntax/builder.ts";
import { checked } from "./syntax/check.ts";
import { parseTree } from "./syntax/grammar.ts";
import { syntaxError } from "./syntax/syntax-error.ts";
import { tokenize } from "./syntax/tokenize.ts";

/** @throws DashstreamError `promql_invalid`, its message begins with line and column: `1:5: parse error: ...` */
export function parseExpr(text: string): Expr {
  const tokens = tokenize(text);
  const expr = buildExpr(text, tokens, parseTree(text, tokens));
  return checked(expr, (at, reason) => syntaxError(text, at, reason));
}
