// One rule: everything that Prometheus refuses is refused (model/rulefmt/rulefmt.go), with the place inside the file, also
// for expressions and templates of several lines.

import { DashstreamError } from "../../../errors.ts";
import type { Expr } from "../../ast.ts";
import { parseExpr } from "../../parse.ts";
import type { Rule } from "../rule.ts";
import { keepPlaces, keepTextPlaces } from "./expr-places.ts";
import { FieldReader, plainTexts } from "./fields.ts";
import type { RuleProblems } from "./rule-problems.ts";
import { checkNames, checkTemplates } from "./rule-texts.ts";
import type { YamlValue } from "./yaml-value.ts";

const RULE_FIELDS = ["record", "alert", "expr", "for", "keep_firing_for", "labels", "annotations"];

/**
 * `null` if something is wrong, which is in `problems` then.
 * @param groupLabels go to every rule that does not set them
 */
export function readRule(
  value: YamlValue,
  groupLabels: ReadonlyMap<string, YamlValue>,
  problems: RuleProblems,
): Rule | null {
  const before = problems.count;
  if (value.entries === null) {
    problems.add(value.position, `a rule must be a map with alert or record, not ${value.kind}`);
    return null;
  }
  const fields = new FieldReader(value, subjectOf(value), problems);
  fields.allow(RULE_FIELDS);
  const [alert, record] = [fields.text("alert") ?? "", fields.text("record") ?? ""];
  if (alert !== "" && record !== "") fields.fail(value, "only one of record and alert must be set");
  if (alert === "" && record === "") fields.fail(value, "one of record and alert must be set");
  if (record !== "") checkRecord(fields, value, record);
  const labels = fields.texts("labels");
  const annotations = fields.texts("annotations");
  const [forMs, keepFiringForMs] = [fields.durationMs("for"), fields.durationMs("keep_firing_for")];
  checkNames(fields, "label", labels);
  checkNames(fields, "annotation", annotations);
  if (alert !== "") {
    checkTemplates(fields, alert, "label", labels, problems);
    checkTemplates(fields, alert, "annotation", annotations, problems);
  }
  const parsed = readExpr(fields, value, problems);
  if (parsed === null || problems.count > before) return null;
  const base = {
    ...parsed,
    labels: placedTexts(new Map([...groupLabels, ...labels]), labels),
    position: value.position,
  };
  if (record !== "") return { kind: "recording", record, ...base };
  return {
    kind: "alert",
    alert,
    forMs: forMs ?? 0,
    keepFiringForMs: keepFiringForMs ?? 0,
    annotations: placedTexts(annotations, annotations),
    ...base,
  };
}

/** @param own those that stand in the rule itself */
function placedTexts(
  texts: Parameters<typeof plainTexts>[0],
  own: ReadonlyMap<string, YamlValue>,
): ReturnType<typeof plainTexts> {
  const plain = plainTexts(texts);
  const places = [...own].map(
    ([name, value]) => [name, (offset: number) => value.positionInside(offset)] as const,
  );
  keepTextPlaces(plain, new Map(places));
  return plain;
}

function subjectOf(rule: YamlValue): string {
  for (const kind of ["alert", "record"]) {
    const name = rule.get(kind)?.text;
    if (name) return `${kind} ${JSON.stringify(name)}`;
  }
  return "rule";
}

function checkRecord(fields: FieldReader, rule: YamlValue, record: string): void {
  const place = fields.value("record") ?? rule;
  if (fields.texts("annotations").size > 0) fields.fail(place, "a recording rule has no annotations");
  for (const name of ["for", "keep_firing_for"]) {
    const value = fields.value(name);
    if (value && value.text !== "0" && fields.durationMs(name) !== 0) {
      fields.fail(value, `a recording rule has no ${name}`);
    }
  }
  if (/[{}]/.test(record))
    fields.fail(place, "braces in the name of a recording rule; should they be in expr?");
}

function readExpr(
  fields: FieldReader,
  rule: YamlValue,
  problems: RuleProblems,
): { readonly expr: Expr; readonly text: string } | null {
  const value = fields.value("expr");
  const text = fields.text("expr");
  if (value === null || text === null || text === "") {
    return value !== null && text === null ? null : fields.fail(value ?? rule, "expr must be set");
  }
  try {
    const expr = parseExpr(text);
    keepPlaces(expr, (offset) => value.positionInside(offset));
    return { expr, text };
  } catch (error) {
    if (!(error instanceof DashstreamError) || !error.code.startsWith("promql_")) throw error;
    const [, line, column, reason] = /^(\d+):(\d+): (.*)$/s.exec(error.message) ?? [];
    const position = value.positionInside(offsetOf(text, Number(line ?? 1), Number(column ?? 1)));
    problems.add(position, `${fields.subject}: could not parse expression: ${reason ?? error.message}`);
    return null;
  }
}

/** Of a line and column, both from 1. */
function offsetOf(text: string, line: number, column: number): number {
  const lines = text.split("\n").slice(0, line - 1);
  return lines.reduce((sum, { length }) => sum + length + 1, 0) + column - 1;
}
