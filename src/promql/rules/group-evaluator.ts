// A group of rules with its state, evaluated at given times: its rules one after another, each seeing what those before it
// wrote into the store (rules/group.go of Prometheus). Nothing here knows a clock.

import type { Engine } from "../engine.ts";
import type { SeriesStore } from "../series-store.ts";
import { AlertEvaluator } from "./alert-evaluator.ts";
import { RecordingEvaluator } from "./recording-evaluator.ts";
import type { ActiveAlert, AlertTransition, Rule, RuleGroup } from "./rule.ts";
import type { RuleEvaluator } from "./rule-evaluator.ts";
import { RuleOutput } from "./rule-output.ts";

export interface GroupEvaluatorOptions {
  readonly group: RuleGroup;
  /** Gets recorded series, `ALERTS` and `ALERTS_FOR_STATE`. */
  readonly store: SeriesStore;
  /** Evaluates over `store`. */
  readonly engine: Engine;
  /** Interval of groups that name none. */
  readonly defaultIntervalMs: number;
  /** `$externalLabels` of templates; default none. */
  readonly externalLabels?: Readonly<Record<string, string>>;
  /** `$externalURL` of templates; default "". */
  readonly externalUrl?: string;
}

/** Something that went wrong while rules were evaluated, however often it did. */
export interface EvaluationProblem {
  readonly rule: Rule;
  /** `template` and the reason name a label or annotation; `storage` = samples that a TSDB refuses. */
  readonly kind: "evaluation" | "template" | "storage";
  /** In the words of Prometheus; the latest. */
  readonly reason: string;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly count: number;
}

interface HeldRule {
  readonly rule: Rule;
  readonly evaluator: RuleEvaluator;
  readonly output: RuleOutput;
}

export class GroupEvaluator {
  readonly intervalMs: number;
  readonly #group: RuleGroup;
  readonly #rules: readonly HeldRule[];
  readonly #problems = new Map<string, EvaluationProblem>();

  constructor(options: GroupEvaluatorOptions) {
    const { group, store, defaultIntervalMs } = options;
    this.intervalMs = group.intervalMs ?? defaultIntervalMs;
    this.#group = group;
    this.#rules = group.rules.map((rule, index) => ({
      rule,
      evaluator: this.#evaluatorOf(rule, index, options),
      output: new RuleOutput(store),
    }));
  }

  /**
   * The steps of all alerts at this time, in the order of rules and of labels. An alert without `for` goes from inactive to
   * firing in one step.
   * @param atMs not before the last time
   */
  evaluate(atMs: number): readonly AlertTransition[] {
    return this.#rules.flatMap(({ rule, evaluator, output }, index) => {
      const { samples, transitions, error } = evaluator.evaluate(atMs);
      if (error !== null) this.#report(rule, index, "evaluation", "", error, atMs);
      else {
        for (const reason of output.write(samples, atMs - this.#group.queryOffsetMs)) {
          this.#report(rule, index, "storage", "", reason, atMs);
        }
      }
      return transitions;
    });
  }

  /** Pending and firing alerts, in the order of rules and of labels. */
  active(): readonly ActiveAlert[] {
    return this.#rules.flatMap(({ evaluator }) => evaluator.active());
  }

  /** What went wrong since the beginning. Empty for rules that work. */
  problems(): readonly EvaluationProblem[] {
    return [...this.#problems.values()];
  }

  #evaluatorOf(
    rule: Rule,
    index: number,
    { group, engine, externalLabels = {}, externalUrl = "" }: GroupEvaluatorOptions,
  ): RuleEvaluator {
    if (rule.kind === "recording") return new RecordingEvaluator(rule, group, engine);
    return new AlertEvaluator(rule, group, {
      engine,
      externalLabels,
      externalUrl,
      onTemplateFailure: (where, reason, atMs) =>
        this.#report(rule, index, "template", where, `${where}: ${reason}`, atMs),
    });
  }

  #report(
    rule: Rule,
    index: number,
    kind: EvaluationProblem["kind"],
    where: string,
    reason: string,
    atMs: number,
  ): void {
    const key = `${index} ${kind} ${where}`;
    const known = this.#problems.get(key);
    this.#problems.set(key, {
      rule,
      kind,
      reason,
      firstAtMs: known?.firstAtMs ?? atMs,
      lastAtMs: atMs,
      count: (known?.count ?? 0) + 1,
    });
  }
}
