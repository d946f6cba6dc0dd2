// The page of one alert: what an operator who was woken by it reads, from top to bottom.

import { stringify } from "yaml";
import { type AlertDefinition, alertSlug, type Priority } from "../alert.ts";
import { quantityText, quantityWords } from "../quantity.ts";
import { ALERTS } from "../registry.ts";
import { type RuleOptions, rulesOf, type WrittenRule } from "../rule-groups.ts";
import { settable } from "../thresholds.ts";
import { blocks, fence, list, section, steps, table } from "./markdown.ts";

/** How soon somebody must act, as the runbook's matrix says. */
export const RESPONSE_TIMES: Readonly<Record<Priority, string>> = {
  P0: "immediate",
  P1: "15 min",
  P2: "1 hour",
};

/** The page, as Markdown. */
export function alertPage(alert: AlertDefinition, options: RuleOptions = {}): string {
  const { name, runbook } = alert;
  return blocks(
    `# ${name}`,
    runbook.meaning,
    urgency(alert),
    section("Investigation", steps(runbook.investigation)),
    section("Common causes", list(runbook.causes)),
    section("Remediation", steps(runbook.remediation)),
    section("Verification", steps(runbook.verification)),
    section("Escalation", `Handed on: ${runbook.escalateAfter}. ${runbook.escalation}`),
    section("To know", list([...(runbook.notes ?? []), ...relations(alert)])),
    section("Rule", rule(alert, options)),
    section("How it is proven", provenBy(alert)),
    "[All alerts](README.md) · [Escalation](escalation.md)",
  );
}

/** A link to the page of an alert, from another page. */
export function alertLink(name: string): string {
  return `[${name}](${alertSlug(name)}.md)`;
}

function urgency({ severity, priority, priorityReason, for: lasting }: AlertDefinition): string {
  const answer = priority === null ? "nobody" : RESPONSE_TIMES[priority];
  const facts = table(
    ["severity", "priority", "answer within", "fires after"],
    [
      [
        severity,
        priority ?? "none",
        answer,
        lasting.value === 0 ? "the first evaluation" : quantityWords(lasting),
      ],
    ],
  );
  return priorityReason === undefined
    ? facts
    : `${facts}\n\n${priority} in spite of its severity: ${priorityReason}`;
}

function relations(alert: AlertDefinition): readonly string[] {
  const above = ALERTS.filter(({ mutes }) => mutes.some((lower) => lower.alert === alert.name));
  const lines: string[] = [];
  if (alert.mutes.length > 0) {
    lines.push(
      `While it fires, Alertmanager mutes ${alert.mutes.map((lower) => alertLink(lower.alert)).join(" and ")}.`,
    );
  }
  if (above.length > 0) lines.push(`Muted by ${above.map(({ name }) => alertLink(name)).join(" and ")}.`);
  if (alert.explainedBy.length > 0) {
    const causes = alert.explainedBy.map((cause) => `\`${cause}\``).join(" or ");
    lines.push(`Muted while ${alertLink("ServiceDown")} fires for ${causes}, which explains it.`);
  }
  return lines;
}

function rule(alert: AlertDefinition, options: RuleOptions): string {
  const rules = rulesOf(alert, options);
  const names = [...settable(alert)].map(([name, quantity]) => [
    `\`${alert.name}.${name}\``,
    `\`${quantityText(quantity)}\``,
  ]);
  return [
    fence("yaml", stringify(rules.map(ruleText), { lineWidth: 0 }).trimEnd()),
    "A site sets these with `dashstream rules --threshold NAME=VALUE`:",
    table(["name", "value"], names),
  ].join("\n\n");
}

/** Without the annotations, which say what the page says. */
function ruleText({ alert, expr, for: lasting, labels }: WrittenRule): object {
  return { alert, expr, ...(lasting === undefined ? {} : { for: lasting }), labels };
}

function provenBy({ name, scenarios }: AlertDefinition): string {
  const names = scenarios.map((scenario) => `\`${scenario}\``).join(", ");
  return `\`dashstream verify --only ${name}\` breaks the system on purpose and watches it fire and clear; scenarios: ${names}.`;
}
