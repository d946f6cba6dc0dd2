// Runs rules over described series here and in promtool 3, which is asked at every evaluation whether the firing alerts, the
// labels and annotations, and the series that rules write are the same.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEngine } from "../../../src/promql/engine.ts";
import { METRIC_NAME } from "../../../src/promql/labels.ts";
import { parseExpr } from "../../../src/promql/parse.ts";
import { GroupEvaluator } from "../../../src/promql/rules/group-evaluator.ts";
import { readRuleFile } from "../../../src/promql/rules/read-rule-file.ts";
import type { AlertTransition } from "../../../src/promql/rules/rule.ts";
import { SeriesStore } from "../../../src/promql/series-store.ts";
import { parseSeriesDescription } from "../../support/described-series.ts";
import { promtool3Path } from "../../support/promtool3.ts";

export interface RuleScene {
  readonly rules: string;
  /** As `http_requests_total{job="a"} 0+10x5`. */
  readonly series: readonly string[];
  /** Of samples and evaluations. */
  readonly intervalMs: number;
  readonly evaluations: number;
  readonly externalLabels?: Readonly<Record<string, string>>;
  readonly externalUrl?: string;
}

export interface SceneRun {
  readonly transitions: readonly AlertTransition[];
  readonly evaluators: readonly GroupEvaluator[];
  readonly store: SeriesStore;
}

interface ExpectedAlerts {
  readonly eval_time: string;
  readonly alertname: string;
  readonly exp_alerts: readonly object[];
}

/** Here alone. `onEvaluated` is called after each time. */
export function runScene(
  scene: RuleScene,
  onEvaluated: (atMs: number, evaluators: readonly GroupEvaluator[]) => void = () => {},
): SceneRun {
  const store = new SeriesStore();
  for (const text of scene.series) {
    const { labels, values } = parseSeriesDescription(text);
    for (const [index, value] of values.entries()) {
      if (value !== undefined) store.append(labels, index * scene.intervalMs, value);
    }
  }
  const engine = createEngine({ source: store });
  const { externalLabels, externalUrl } = scene;
  const evaluators = readRuleFile(scene.rules, "rules.yaml").map(
    (group) =>
      new GroupEvaluator({
        group,
        store,
        engine,
        defaultIntervalMs: scene.intervalMs,
        ...(externalLabels && { externalLabels }),
        ...(externalUrl === undefined ? {} : { externalUrl }),
      }),
  );
  const transitions: AlertTransition[] = [];
  for (let index = 0; index < scene.evaluations; index++) {
    const atMs = index * scene.intervalMs;
    transitions.push(...evaluators.flatMap((evaluator) => evaluator.evaluate(atMs)));
    onEvaluated(atMs, evaluators);
  }
  return { transitions, evaluators, store };
}

/** What promtool says of what this evaluator made; "" if it agrees. */
export function differences(scene: RuleScene): string {
  const alerts: ExpectedAlerts[] = [];
  const groups = readRuleFile(scene.rules, "rules.yaml");
  const names = groups.flatMap(({ rules }) =>
    rules.flatMap((rule) => (rule.kind === "alert" ? [rule.alert] : [])),
  );
  const { store } = runScene(scene, (atMs, evaluators) => {
    const active = evaluators.flatMap((evaluator) => evaluator.active());
    for (const alertname of new Set(names)) {
      const firing = active.filter(({ rule, state }) => rule.alert === alertname && state === "firing");
      alerts.push({
        eval_time: `${atMs}ms`,
        alertname,
        exp_alerts: firing.map(({ labels, annotations }) => ({
          exp_labels: labels,
          exp_annotations: annotations,
        })),
      });
    }
  });
  return promtoolVerdict(scene, alerts, expectedSeries(scene, store));
}

/** Every series that rules wrote, asked for at each time. */
function expectedSeries(
  { series, intervalMs, evaluations }: RuleScene,
  store: SeriesStore,
): readonly object[] {
  const given = new Set(series.map((text) => parseSeriesDescription(text).labels.name));
  const names = new Set([...store.all()].map(({ labels }) => labels.name));
  const engine = createEngine({ source: store });
  return [...names]
    .filter((name) => !given.has(name))
    .flatMap((name) => {
      const selector = `{${METRIC_NAME}=${JSON.stringify(name)}}`;
      // NaN, which promtool takes for different from itself, is left out.
      const expr = `${selector} == ${selector}`;
      const parsed = parseExpr(expr);
      return Array.from({ length: evaluations }, (_, index) => {
        const { value } = engine.instant(parsed, index * intervalMs);
        const samples = value.kind === "vector" ? value.samples : [];
        return {
          expr,
          eval_time: `${index * intervalMs}ms`,
          exp_samples: samples.map((sample) => ({ labels: String(sample.labels), value: sample.value })),
        };
      });
    });
}

function promtoolVerdict(scene: RuleScene, alerts: readonly object[], series: readonly object[]): string {
  const folder = mkdtempSync(join(tmpdir(), "dashstream-rules-"));
  try {
    writeFileSync(join(folder, "rules.yaml"), scene.rules);
    const test = {
      rule_files: ["rules.yaml"],
      evaluation_interval: `${scene.intervalMs}ms`,
      group_eval_order: readRuleFile(scene.rules, "rules.yaml").map(({ name }) => name),
      tests: [
        {
          interval: `${scene.intervalMs}ms`,
          input_series: scene.series.map((text) => {
            const { rest } = splitDescription(text);
            return { series: text.slice(0, text.length - rest.length).trim(), values: rest };
          }),
          alert_rule_test: alerts,
          promql_expr_test: series,
          external_labels: scene.externalLabels ?? {},
          external_url: scene.externalUrl ?? "",
        },
      ],
    };
    writeFileSync(join(folder, "test.yaml"), jsonWithNumbers(test));
    const promtool = promtool3Path() ?? "promtool";
    const { exitCode, stdout, stderr } = Bun.spawnSync([promtool, "test", "rules", "test.yaml"], {
      cwd: folder,
    });
    return exitCode === 0 ? "" : `${stdout}${stderr}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The values begin after the last brace, or after the name. */
function splitDescription(text: string): { readonly rest: string } {
  const brace = text.lastIndexOf("}");
  return { rest: text.slice(brace < 0 ? text.indexOf(" ") : brace + 1).trim() };
}

/** JSON is YAML, but for numbers that JSON does not have. */
function jsonWithNumbers(value: object): string {
  const text = JSON.stringify(value, (_, item) =>
    typeof item === "number" && !Number.isFinite(item) ? `@number ${item}` : item,
  );
  return text.replace(/"@number (-?)(NaN|Infinity)"/g, (_, sign, name) =>
    name === "NaN" ? ".nan" : `${sign}.inf`,
  );
}
