// What went wrong with a rule, for those who wrote it: where in their file, and without what Prometheus and Go add to a
// template before they run it.

import { placeInText } from "./file/expr-places.ts";
import type { EvaluationProblem } from "./group-evaluator.ts";
import type { RuleProblem } from "./rule.ts";
import { ownOffset } from "./template/alert-template.ts";

const TEMPLATE_FAILURE =
  /^(label|annotation) (.+?): template: .*?:(\d+):(\d+): executing "[^"]*" at (<.*?>): (.*)$/s;

/** Types of Go that people meet in messages, in their words. */
const TYPES: readonly (readonly [RegExp, string])[] = [
  [/ in type (?:struct \{.*\}|\S+)$/s, ""],
  [/\bhas type /g, "is "],
  [/\bmap\[string\]string\b/g, "a map of labels"],
  [/\bfloat64\b/g, "a number"],
  [/\bint\b/g, "a whole number"],
  [/\bstring\b/g, "a text"],
];

/** In the file, at the part of a text that failed, or else at the rule. */
export function shownProblem({
  rule,
  kind,
  reason,
}: Pick<EvaluationProblem, "rule" | "kind" | "reason">): RuleProblem {
  const found = kind === "template" && rule.kind === "alert" ? TEMPLATE_FAILURE.exec(reason) : null;
  if (found === null || rule.kind !== "alert") return { position: rule.position, reason };
  const [, where = "", name = "", line = "1", column = "0", part = "", why = ""] = found;
  const texts = where === "label" ? rule.labels : rule.annotations;
  const offset = ownOffset(texts[name] ?? "", Number(line), Number(column));
  const plain = TYPES.reduce((text, [type, words]) => text.replace(type, words), why);
  return {
    position: placeInText(texts, name, offset) ?? rule.position,
    reason: `${where} ${name}: ${part}: ${plain}`,
  };
}
