// A recording rule: the result of its expression under another name, with its labels (rules/recording.go).

import { DashstreamError, isExpected } from "../../errors.ts";
import type { Engine } from "../engine.ts";
import { METRIC_NAME } from "../labels.ts";
import type { VectorSample } from "../value.ts";
import type { RecordingRule, RuleGroup } from "./rule.ts";
import type { RuleEvaluator, RuleResult } from "./rule-evaluator.ts";
import { queryVector } from "./rule-query.ts";

export class RecordingEvaluator implements RuleEvaluator {
  readonly #rule: RecordingRule;
  readonly #group: RuleGroup;
  readonly #engine: Engine;

  constructor(rule: RecordingRule, group: RuleGroup, engine: Engine) {
    this.#rule = rule;
    this.#group = group;
    this.#engine = engine;
  }

  evaluate(atMs: number): RuleResult {
    try {
      return { samples: this.#samples(atMs - this.#group.queryOffsetMs), transitions: [], error: null };
    } catch (error) {
      if (!isExpected(error)) throw error;
      return { samples: [], transitions: [], error: error.message };
    }
  }

  active(): readonly [] {
    return [];
  }

  #samples(atMs: number): readonly VectorSample[] {
    const { record, labels } = this.#rule;
    const changes = { ...labels, [METRIC_NAME]: record };
    const samples = queryVector(this.#engine, this.#rule.expr, atMs).map((sample) => ({
      labels: sample.labels.with(changes),
      value: sample.value,
    }));
    if (new Set(samples.map((sample) => sample.labels.key)).size < samples.length) {
      throw new DashstreamError(
        "promql_invalid",
        "vector contains metrics with the same labelset after applying rule labels",
      );
    }
    const { limit } = this.#group;
    if (limit > 0 && samples.length > limit) {
      throw new DashstreamError("promql_invalid", `exceeded limit of ${limit} with ${samples.length} series`);
    }
    return samples;
  }
}
