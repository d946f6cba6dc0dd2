// What promtool 3 makes of expressions. Each stands in a rule test with an expectation that nothing can meet, so that promtool
// prints what it got instead, with all digits.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Labels } from "../../../src/promql/labels.ts";
import { leadingMetric } from "../../../src/promql/metric-notation.ts";
import type { SampleValue } from "../../../src/promql/series-store.ts";
import type { VectorSample } from "../../../src/promql/value.ts";
import { promtool3Path } from "../../support/promtool3.ts";
import { END_MS, type RandomSeries, SCRAPE_INTERVAL_MS } from "./random-series.ts";

export interface Question {
  readonly expr: string;
  readonly atMs: number;
}

export type Answer =
  | { readonly kind: "samples"; readonly samples: readonly VectorSample[] }
  | {
      readonly kind: "error";
      readonly message: string;
      /** Of ours: what Prometheus would know and we refuse. */
      readonly isUnsupported?: boolean;
    };

const ENTRY = /^ {4}expr: /m;
const IMPOSSIBLE = { labels: 'impossible{expectation="yes"}', value: 0 };

/** One answer to each question, in their order. */
export function promtoolAnswers(
  series: readonly RandomSeries[],
  questions: readonly Question[],
): readonly Answer[] {
  const folder = mkdtempSync(join(tmpdir(), "promql-differential-"));
  try {
    const file = join(folder, "test.yml");
    writeFileSync(file, ruleTest(series, questions));
    const promtool = promtool3Path();
    if (promtool === null) throw new Error("promtool 3 is not there");
    const flags = ["--enable-feature=promql-experimental-functions", "test", "rules"];
    const { stderr, stdout } = Bun.spawnSync([promtool, ...flags, file], { cwd: folder });
    const entries = stderr.toString().split(ENTRY).slice(1);
    if (entries.length !== questions.length + 1) {
      throw new Error(`promtool gave ${entries.length} answers: ${stdout}${stderr}`.slice(0, 2000));
    }
    return entries.slice(1).map(answerOf);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function ruleTest(series: readonly RandomSeries[], questions: readonly Question[]): string {
  // JSON is YAML. The first expression makes promtool load all samples, whatever the others ask for.
  const all = [{ expr: "vector(1)", atMs: END_MS }, ...questions];
  return JSON.stringify({
    evaluation_interval: "1m",
    tests: [
      {
        interval: `${SCRAPE_INTERVAL_MS}ms`,
        input_series: series.map(({ labels, values }) => ({
          series: seriesText(labels),
          values: values.map(valueText).join(" "),
        })),
        promql_expr_test: all.map(({ expr, atMs }) => ({
          expr,
          eval_time: `${atMs}ms`,
          exp_samples: [IMPOSSIBLE],
        })),
      },
    ],
  });
}

function seriesText(labels: Labels): string {
  const others = labels.withoutName().entries.map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `${labels.name}{${others.join(",")}}`;
}

function valueText(value: SampleValue | undefined): string {
  if (value === undefined) return "_";
  if (value === null) return "stale";
  if (Object.is(value, -0)) return "-0";
  return Number.isFinite(value) ? String(value).replace("e+", "e") : String(value).replace("inity", "");
}

function answerOf(entry: string): Answer {
  const [, error] = /^"(?:[^"\\]|\\.)*", time: \S+, err: ([\s\S]*)/.exec(entry) ?? [];
  if (error !== undefined) return { kind: "error", message: error.trim() };
  const [, samples] = /\n {8}got: ([\s\S]*)/.exec(entry) ?? [];
  if (samples === undefined) throw new Error(`promtool said ${entry}`);
  return { kind: "samples", samples: readSamples(samples.trimEnd()) };
}

function readSamples(text: string): readonly VectorSample[] {
  if (text === "nil" || text.startsWith("nil\n")) return [];
  const samples: VectorSample[] = [];
  for (let rest = text; rest !== ""; ) {
    const metric = leadingMetric(rest);
    const [whole, number = ""] = /^\s*([^\s,]+)(?:, )?/.exec(metric.rest) ?? [];
    if (whole === undefined) throw new Error(`promtool said ${text}`);
    samples.push({ labels: Labels.of(metric.labels), value: readNumber(number) });
    rest = metric.rest.slice(whole.length);
    if (rest.startsWith("\n")) break;
  }
  return samples;
}

function readNumber(text: string): number {
  if (text === "+Inf") return Number.POSITIVE_INFINITY;
  return text === "-Inf" ? Number.NEGATIVE_INFINITY : Number(text);
}
