// A syntax tree as one line, in the form of `data/parser-cases.jsonl`, which was written by Prometheus' own parser.

import type { AtModifier, Binary, Expr, VectorSelector } from "../../src/promql/ast.ts";
import { formatG } from "../../src/promql/go-number.ts";

export function treeText(expr: Expr): string {
  switch (expr.kind) {
    case "number":
      return formatG(expr.value);
    case "string":
      return JSON.stringify(expr.value);
    case "vector-selector":
      return selectorText(expr);
    case "matrix-selector":
      return `(range ${expr.rangeMs} ${selectorText(expr.selector)})`;
    case "subquery": {
      const modifiers = timeText(expr.offsetMs, expr.at);
      return `(subquery ${expr.rangeMs}:${expr.stepMs ?? 0}${modifiers} ${treeText(expr.expr)})`;
    }
    case "paren":
      return `(paren ${treeText(expr.expr)})`;
    case "unary":
      return `(${expr.op} ${treeText(expr.expr)})`;
    case "binary":
      return `(${expr.op}${matchingText(expr)} ${treeText(expr.left)} ${treeText(expr.right)})`;
    case "aggregation": {
      const parts = expr.param === null ? [expr.expr] : [expr.param, expr.expr];
      const without = expr.without ? " without" : "";
      return `(${expr.op}${without}${JSON.stringify(expr.grouping)} ${parts.map(treeText).join(" ")})`;
    }
    case "call":
      return `(${["call", expr.name, ...expr.args.map(treeText)].join(" ")})`;
  }
}

function selectorText({ matchers, offsetMs, at, modifier }: VectorSelector): string {
  const texts = matchers.map(({ name, op, value }) => `${JSON.stringify(name)}${op}${JSON.stringify(value)}`);
  const range = modifier === undefined ? "" : ` ${modifier}`;
  return `{${texts.join(",")}}${timeText(offsetMs, at)}${range}`;
}

function timeText(offsetMs: number, at: AtModifier | null): string {
  const offset = offsetMs === 0 ? "" : ` offset ${offsetMs}`;
  if (at === null) return offset;
  return `${offset} @${typeof at === "string" ? at : at.timestampMs}`;
}

function matchingText({ bool, matching }: Binary): string {
  const word = bool ? " bool" : "";
  if (matching === null) return word;
  const on = matching.on ? " on" : "";
  const labels = JSON.stringify(matching.labels) + JSON.stringify(matching.include);
  return `${word} ${matching.cardinality}${on}${labels}`;
}
