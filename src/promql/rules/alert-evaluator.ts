// An alerting rule with the states of its alerts, as rules/alerting.go of Prometheus moves them: inactive, pending until
// `for` has passed, firing, and still firing for `keep_firing_for` after the condition is gone.

import { DashstreamError, isExpected } from "../../errors.ts";
import { Labels, METRIC_NAME } from "../labels.ts";
import type { VectorSample } from "../value.ts";
import { type AlertSurroundings, AlertTexts } from "./alert-texts.ts";
import type { ActiveAlert, AlertRule, AlertState, AlertTransition, RuleGroup } from "./rule.ts";
import type { RuleEvaluator, RuleResult } from "./rule-evaluator.ts";
import { queryVector } from "./rule-query.ts";

interface Alert {
  readonly labels: Labels;
  annotations: Readonly<Record<string, string>>;
  state: AlertState | "inactive";
  value: number;
  readonly activeAtMs: number;
  firedAtMs: number | null;
  /** Since when it fires only because of `keep_firing_for`. */
  keepFiringSinceMs: number | null;
}

export class AlertEvaluator implements RuleEvaluator {
  readonly #rule: AlertRule;
  readonly #group: RuleGroup;
  readonly #surroundings: AlertSurroundings;
  readonly #texts: AlertTexts;
  /** By the key of their labels. */
  #alerts = new Map<string, Alert>();

  constructor(rule: AlertRule, group: RuleGroup, surroundings: AlertSurroundings) {
    this.#rule = rule;
    this.#group = group;
    this.#surroundings = surroundings;
    this.#texts = new AlertTexts(rule, surroundings);
  }

  active(): readonly ActiveAlert[] {
    return this.#inOrder().flatMap(({ labels, annotations, state, value, activeAtMs, firedAtMs }) =>
      state === "inactive"
        ? []
        : [{ rule: this.#rule, state, labels: labels.toObject(), annotations, value, activeAtMs, firedAtMs }],
    );
  }

  /** If the expression fails, alerts stay as they are. */
  evaluate(atMs: number): RuleResult {
    let found: ReadonlyMap<string, Alert>;
    try {
      found = this.#find(atMs);
    } catch (error) {
      if (!isExpected(error)) throw error;
      return { samples: [], transitions: [], error: error.message };
    }
    for (const [key, alert] of found) {
      const known = this.#alerts.get(key);
      if (known) {
        known.value = alert.value;
        known.annotations = alert.annotations;
      } else this.#alerts.set(key, alert);
    }
    const before = new Map(
      this.#inOrder().map((alert) => [
        alert,
        found.get(alert.labels.key) === alert ? "inactive" : alert.state,
      ]),
    );
    for (const alert of before.keys()) this.#move(alert, found.has(alert.labels.key), atMs);
    const transitions = [...before].flatMap(([alert, from]) => this.#transition(alert, from, atMs));
    return this.#finish(transitions, atMs);
  }

  #inOrder(): readonly Alert[] {
    return [...this.#alerts.values()].sort((a, b) => (a.labels.key < b.labels.key ? -1 : 1));
  }

  /** The alerts that the expression gives now. */
  #find(atMs: number): ReadonlyMap<string, Alert> {
    const alerts = new Map<string, Alert>();
    const { engine } = this.#surroundings;
    for (const sample of queryVector(engine, this.#rule.expr, atMs - this.#group.queryOffsetMs)) {
      const labels = sample.labels.with({
        ...this.#texts.labels(sample, atMs),
        [METRIC_NAME]: "",
        alertname: this.#rule.alert,
      });
      const annotations = this.#texts.annotations(sample, atMs);
      if (alerts.has(labels.key)) {
        throw new DashstreamError(
          "promql_invalid",
          "vector contains metrics with the same labelset after applying alert labels",
        );
      }
      alerts.set(labels.key, {
        labels,
        annotations,
        state: "pending",
        value: sample.value,
        activeAtMs: atMs,
        firedAtMs: null,
        keepFiringSinceMs: null,
      });
    }
    return alerts;
  }

  #move(alert: Alert, isFound: boolean, atMs: number): void {
    const { forMs, keepFiringForMs } = this.#rule;
    if (isFound) alert.keepFiringSinceMs = null;
    else if (alert.state === "firing" && keepFiringForMs > 0) {
      alert.keepFiringSinceMs ??= atMs;
      if (atMs - alert.keepFiringSinceMs >= keepFiringForMs) alert.state = "inactive";
    } else alert.state = "inactive";
    if (alert.state === "pending" && atMs - alert.activeAtMs >= forMs) {
      alert.state = "firing";
      alert.firedAtMs = atMs;
    }
  }

  #transition(alert: Alert, from: AlertTransition["from"], atMs: number): readonly AlertTransition[] {
    if (alert.state === from) return [];
    const { labels, annotations, value, state: to } = alert;
    return [{ atMs, rule: this.#rule, labels: labels.toObject(), from, to, value, annotations }];
  }

  /** Forgets what is resolved; over the limit of the group everything is forgotten. */
  #finish(transitions: readonly AlertTransition[], atMs: number): RuleResult {
    for (const [key, { state }] of this.#alerts) if (state === "inactive") this.#alerts.delete(key);
    const { limit } = this.#group;
    const count = this.#alerts.size;
    if (limit === 0 || limit < 0 || count <= limit) {
      return { samples: this.#inOrder().flatMap((alert) => this.#samples(alert)), transitions, error: null };
    }
    const ended = this.#inOrder().flatMap((alert) => {
      const from =
        transitions.find(({ labels }) => Labels.of(labels).key === alert.labels.key)?.from ?? alert.state;
      alert.state = "inactive";
      return this.#transition(alert, from, atMs);
    });
    const others = transitions.filter(({ to }) => to === "inactive");
    this.#alerts = new Map();
    const error = `exceeded limit of ${limit} with ${count} alerts`;
    return { samples: [], transitions: [...others, ...ended], error };
  }

  /** `ALERTS` and `ALERTS_FOR_STATE`. A label whose template gave nothing shows the template, as upstream. */
  #samples({ labels, state, activeAtMs }: Alert): readonly VectorSample[] {
    const all = Labels.of({ ...this.#rule.labels, ...labels.toObject(), alertname: this.#rule.alert });
    return [
      { labels: all.with({ [METRIC_NAME]: "ALERTS", alertstate: state }), value: 1 },
      { labels: all.with({ [METRIC_NAME]: "ALERTS_FOR_STATE" }), value: Math.floor(activeAtMs / 1000) },
    ];
  }
}
