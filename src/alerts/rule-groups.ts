// The registry as Prometheus wants it: groups of rules with every number written out, for what a site runs and has set.

import { type AlertDefinition, alertSlug, GROUPS, type GroupName, type Signal } from "./alert.ts";
import { SERVER } from "./commands.ts";
import { durationText } from "./duration.ts";
import { type Quantity, quantityText, quantityWords, scaled } from "./quantity.ts";
import { ALERTS } from "./registry.ts";
import { DEFAULT_COMPONENTS, EVALUATION_INTERVAL_MS, type SiteComponent } from "./site.ts";
import { type Template, written } from "./template.ts";
import { NO_THRESHOLDS, type Thresholds, withThreshold } from "./thresholds.ts";

/** Where the pages of the runbook are served, each as its name with `.md`. */
export const DEFAULT_RUNBOOK_URL = `${SERVER}/runbook`;
/** Where Grafana is. */
const DEFAULT_DASHBOARD_URL = "http://localhost:3000";

export interface RuleOptions {
  /** What the site runs; rules on series that none of it exports are left out. Default: everything. */
  readonly components?: readonly SiteComponent[];
  /** Everything happens so many times faster (`scaled` in quantity.ts says what that changes). Default 1. */
  readonly scale?: number;
  readonly thresholds?: Thresholds;
  /** Without a slash at the end. */
  readonly runbookUrl?: string;
  /** Without a slash at the end. */
  readonly dashboardUrl?: string;
}

/** A rule as rule files have it; keys in the order in which it is written. */
export interface WrittenRule {
  readonly alert: string;
  readonly expr: string;
  /** Not there if the alert fires at once. */
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface WrittenGroup {
  readonly name: GroupName;
  readonly interval: string;
  readonly rules: readonly WrittenRule[];
}

/** All rules of a site, by group; groups without rules are left out. */
export function ruleGroups(options: RuleOptions = {}): readonly WrittenGroup[] {
  const interval = durationText(Math.round(EVALUATION_INTERVAL_MS / (options.scale ?? 1)));
  return GROUPS.map((name) => ({
    name,
    interval,
    rules: ALERTS.filter(({ group }) => group === name).flatMap((alert) => rulesOf(alert, options)),
  })).filter(({ rules }) => rules.length > 0);
}

/** The rules of one alert at a site; none if the site runs nothing that exports its series. */
export function rulesOf(alert: AlertDefinition, options: RuleOptions = {}): readonly WrittenRule[] {
  const components = options.components ?? DEFAULT_COMPONENTS;
  return alert.signals
    .filter((signal) => isExported(signal, components))
    .map((signal) => writeRule(alert, signal, options));
}

function isExported({ exportedBy, needsRedis }: Signal, components: readonly SiteComponent[]): boolean {
  if (needsRedis && !components.includes("redis")) return false;
  return exportedBy.some((component) => components.includes(component));
}

function writeRule(alert: AlertDefinition, signal: Signal, options: RuleOptions): WrittenRule {
  const { scale = 1, thresholds = NO_THRESHOLDS } = options;
  const inForce = (quantity: Quantity) => scaled(withThreshold(alert.name, quantity, thresholds), scale);
  const expression = (template: Template) => written(template, (quantity) => quantityText(inForce(quantity)));
  const lasting = inForce(alert.for);
  return {
    alert: alert.name,
    expr: expression(signal.expr),
    ...(lasting.value === 0 ? {} : { for: quantityText(lasting) }),
    labels: {
      severity: alert.severity,
      ...(alert.priority === null ? {} : { priority: alert.priority }),
      ...(signal.component === null ? {} : { component: signal.component }),
    },
    annotations: {
      summary: expression(signal.summary),
      description: written(signal.description, (quantity) => quantityWords(inForce(quantity))),
      runbook_url: `${options.runbookUrl ?? DEFAULT_RUNBOOK_URL}/${alertSlug(alert.name)}.md`,
      dashboard_url: `${options.dashboardUrl ?? DEFAULT_DASHBOARD_URL}/d/${alert.dashboard}`,
    },
  };
}
