// Labels and annotations: their names, and that their templates can be parsed.

import { DashstreamError } from "../../../errors.ts";
import { parseAlertTemplate } from "../template/alert-template.ts";
import type { FieldReader } from "./fields.ts";
import type { RuleProblems } from "./rule-problems.ts";
import type { YamlValue } from "./yaml-value.ts";

type Kind = "label" | "annotation";
type Texts = ReadonlyMap<string, YamlValue>;

/** Since Prometheus 3 a name may be any text but an empty one. */
export function checkNames(fields: FieldReader, kind: Kind, texts: Texts): void {
  for (const [name, value] of texts) {
    const isReserved = kind === "label" && name === "__name__";
    if (name === "" || isReserved || !name.isWellFormed()) {
      fields.fail(
        value,
        `${JSON.stringify(name)} cannot be the name of ${kind === "label" ? "a label" : "an annotation"}`,
      );
    }
  }
}

export function checkTemplates(
  fields: FieldReader,
  alert: string,
  kind: Kind,
  texts: Texts,
  problems: RuleProblems,
): void {
  for (const [name, value] of texts) {
    const text = value.text ?? "";
    try {
      parseAlertTemplate(alert, text);
    } catch (error) {
      if (!(error instanceof DashstreamError) || error.code !== "rules_invalid") throw error;
      const [, line = "1", reason = error.message] = /^template: .*?:(\d+): (.*)$/s.exec(error.message) ?? [];
      const before = text
        .split("\n")
        .slice(0, Number(line) - 1)
        .join("\n");
      problems.add(value.positionInside(before.length), `${fields.subject}: ${kind} ${name}: ${reason}`);
    }
  }
}
