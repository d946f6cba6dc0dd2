// From the states that Prometheus tells, asked again and again, to the steps of each alert. Its own times are used: when
// an instance became active, and when its rule was evaluated.

import type { AlertRule, AlertState, AlertTransition, RuleGroup } from "../../src/promql/rules/rule.ts";
import type { AlertingRuleStatus, RuleGroupStatus } from "./prometheus-api.ts";

interface Instance {
  readonly rule: AlertRule;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: AlertState;
  readonly value: number;
  readonly annotations: Readonly<Record<string, string>>;
}

export class RuleWatch {
  readonly #rules = new Map<string, AlertRule>();
  #instances: ReadonlyMap<string, Instance> = new Map();
  readonly #problems = new Set<string>();
  readonly #transitions: AlertTransition[] = [];

  /** @param groups what is loaded, as `loadedGroups` gives it */
  constructor(groups: readonly RuleGroup[]) {
    for (const { name, rules } of groups) {
      const alerts = rules.filter((rule): rule is AlertRule => rule.kind === "alert");
      for (const { rule, key } of keyed(name, alerts, ({ alert }) => alert)) this.#rules.set(key, rule);
    }
  }

  /** All steps so far, in the order in which they were seen. */
  get transitions(): readonly AlertTransition[] {
    return this.#transitions;
  }

  /** Rules that Prometheus could not evaluate, each once. */
  get problems(): readonly string[] {
    return [...this.#problems];
  }

  /** Takes what Prometheus told. */
  observe(groups: readonly RuleGroupStatus[]): void {
    const seen = new Map<string, Instance>();
    const evaluated = new Map<AlertRule, number>();
    for (const { name, rules } of groups) {
      const alerting = rules.filter((rule) => rule.type === "alerting");
      for (const { rule: status, key } of keyed(name, alerting, (rule) => rule.name)) {
        const rule = this.#rules.get(key);
        if (rule) this.#take(rule, status, seen, evaluated);
        else this.#problems.add(`${status.name} of ${name} was not loaded when the drill began`);
      }
    }
    for (const [key, { rule, labels, state, value, annotations }] of this.#instances) {
      const atMs = evaluated.get(rule);
      // A rule that was not told of at all says nothing of its instances.
      if (seen.has(key) || atMs === undefined) continue;
      this.#transitions.push({ atMs, rule, labels, from: state, to: "inactive", value, annotations });
    }
    this.#instances = seen;
  }

  #take(
    rule: AlertRule,
    status: AlertingRuleStatus,
    seen: Map<string, Instance>,
    evaluated: Map<AlertRule, number>,
  ): void {
    const evaluatedMs = Date.parse(status.lastEvaluation);
    evaluated.set(rule, evaluatedMs);
    if (status.health === "err") this.#problems.add(`${status.name}: ${status.lastError ?? "not evaluated"}`);
    for (const { labels, annotations, state, activeAt, value } of status.alerts) {
      const key = JSON.stringify([rule.position, Object.entries(labels).sort()]);
      const instance: Instance = { rule, labels, state, value: Number(value), annotations };
      const before = this.#instances.get(key)?.state ?? "inactive";
      seen.set(key, instance);
      this.#step(instance, before, Date.parse(activeAt), evaluatedMs);
    }
  }

  #step(
    { rule, labels, state, value, annotations }: Instance,
    before: AlertState | "inactive",
    activeMs: number,
    evaluatedMs: number,
  ): void {
    if (before === state) return;
    const step = { rule, labels, value, annotations };
    const waits = rule.forMs > 0;
    // It may have gone through pending between two looks.
    if (before === "inactive" && (state === "pending" || waits)) {
      this.#transitions.push({ ...step, atMs: activeMs, from: "inactive", to: "pending" });
    }
    if (state === "firing") {
      this.#transitions.push({
        ...step,
        atMs: waits ? evaluatedMs : activeMs,
        from: waits ? "pending" : "inactive",
        to: "firing",
      });
    }
  }
}

/** Rules of a group with keys that stay the same; several rules may have one name, as the tiers of an alert do. */
function keyed<R>(
  group: string,
  rules: readonly R[],
  nameOf: (rule: R) => string,
): readonly { readonly rule: R; readonly key: string }[] {
  const counts = new Map<string, number>();
  return rules.map((rule) => {
    const name = nameOf(rule);
    const index = counts.get(name) ?? 0;
    counts.set(name, index + 1);
    return { rule, key: JSON.stringify([group, name, index]) };
  });
}
