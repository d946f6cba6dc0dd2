// Text to a checked expression. What Prometheus 3 refuses is refused here, in its words; so is what it has behind feature
// flags, and native histograms.

import type { Expr } from "./ast.ts";
import { buildExpr } from "./syntax/builder.ts";
import { checked } from "./syntax/check.ts";
import { parseTree } from "./syntax/grammar.ts";
import { syntaxError } from "./syntax/syntax-error.ts";
import { tokenize } from "./syntax/tokenize.ts";

const texts = new WeakMap<Expr, string>();

/**
 * @throws DashstreamError `promql_invalid` or `promql_unsupported`, its message begins with line and column:
 * `1:5: parse error: ...`
 */
export function parseExpr(text: string): Expr {
  const tokens = tokenize(text);
  const built = buildExpr(text, tokens.list, parseTree(text, tokens));
  const expr = checked(built, (at, reason) => syntaxError(text, at, reason));
  texts.set(expr, text);
  return expr;
}

/** What an expression was parsed from; `null` for one that `parseExpr` did not give. */
export function textOf(expr: Expr): string | null {
  return texts.get(expr) ?? null;
}

/** Says that a changed expression has the text of another, so that remarks on it name places. */
export function withTextOf(original: Expr, changed: Expr): Expr {
  const text = textOf(original);
  if (text !== null) texts.set(changed, text);
  return changed;
}
