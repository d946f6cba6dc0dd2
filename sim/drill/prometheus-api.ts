// The parts of Prometheus' HTTP API (v1) that a drill needs: states of rules, targets, samples as they were scraped.

import { z } from "zod";
import { askJson, type JsonClientOptions, withoutSlash } from "./http-json.ts";

const labels = z.record(z.string(), z.string());

const alertingRule = z.object({
  type: z.literal("alerting"),
  name: z.string(),
  query: z.string(),
  /** Seconds. */
  duration: z.number(),
  keepFiringFor: z.number().optional(),
  labels: labels.default({}),
  annotations: labels.default({}),
  health: z.string(),
  lastError: z.string().optional(),
  lastEvaluation: z.iso.datetime({ offset: true }),
  alerts: z.array(
    z.object({
      labels,
      annotations: labels.default({}),
      state: z.enum(["pending", "firing"]),
      activeAt: z.iso.datetime({ offset: true }),
      value: z.string(),
    }),
  ),
});

const recordingRule = z.object({ type: z.literal("recording"), name: z.string() });

const rulesAnswer = z.object({
  data: z.object({
    groups: z.array(
      z.object({
        name: z.string(),
        file: z.string(),
        /** Seconds. */
        interval: z.number(),
        rules: z.array(z.discriminatedUnion("type", [alertingRule, recordingRule])),
      }),
    ),
  }),
});

/** An alerting rule, with its instances that are pending or firing. */
export type AlertingRuleStatus = z.output<typeof alertingRule>;
export type RuleGroupStatus = z.output<typeof rulesAnswer>["data"]["groups"][number];

const targetsAnswer = z.object({
  data: z.object({
    activeTargets: z.array(
      z.object({
        labels,
        /** Before relabelling. */
        discoveredLabels: labels.default({}),
        health: z.string(),
        lastError: z.string().default(""),
        scrapeUrl: z.string(),
        scrapeInterval: z.string(),
      }),
    ),
  }),
});

export type TargetStatus = z.output<typeof targetsAnswer>["data"]["activeTargets"][number];

const matrixAnswer = z.object({
  data: z.object({
    resultType: z.literal("matrix"),
    result: z.array(
      z.object({
        metric: labels,
        /** Seconds and value; absent where a series has native histograms only. */
        values: z.array(z.tuple([z.number(), z.string()])).default([]),
      }),
    ),
  }),
});

const vectorAnswer = z.object({ data: z.object({ resultType: z.string(), result: z.array(z.unknown()) }) });
const configAnswer = z.object({ data: z.object({ yaml: z.string() }) });

/** One series as it was scraped. */
export interface RawSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** In order of time. */
  readonly samples: readonly { readonly atMs: number; readonly value: number }[];
}

export interface PrometheusApi {
  readonly url: string;
  rules(): Promise<readonly RuleGroupStatus[]>;
  targets(): Promise<readonly TargetStatus[]>;
  /** Its configuration as it is in force, as YAML. */
  config(): Promise<string>;
  /** Whether `expr` gives anything at a time. */
  gives(expr: string, atMs: number): Promise<boolean>;
  /** All samples of the series that `selector` fits, from `startMs` on until `endMs`, without staleness markers. */
  samples(selector: string, startMs: number, endMs: number): Promise<readonly RawSeries[]>;
}

/** All methods throw DashstreamError `server_unreachable` or `server_refused`. */
export function prometheusApi(url: string, client: JsonClientOptions): PrometheusApi {
  const base = withoutSlash(url);
  const ask = <T>(path: string, shape: z.ZodType<T>, query: Readonly<Record<string, string>> = {}) =>
    askJson(client, `${base}/api/v1/${[path, ...queryOf(query)].join("?")}`, shape);
  const at = (ms: number) => (ms / 1000).toFixed(3);
  return {
    url: base,
    rules: async () => (await ask("rules", rulesAnswer)).data.groups,
    targets: async () => (await ask("targets", targetsAnswer, { state: "active" })).data.activeTargets,
    config: async () => (await ask("status/config", configAnswer)).data.yaml,
    async gives(expr, atMs) {
      const { data } = await ask("query", vectorAnswer, { query: expr, time: at(atMs) });
      return data.resultType === "vector" ? data.result.length > 0 : true;
    },
    async samples(selector, startMs, endMs) {
      const query = `${selector}[${Math.max(1, Math.ceil(endMs - startMs))}ms]`;
      const { data } = await ask("query", matrixAnswer, { query, time: at(endMs) });
      return data.result.map(({ metric, values }) => ({
        labels: metric,
        samples: values.map(([seconds, value]) => ({
          atMs: Math.round(seconds * 1000),
          value: number(value),
        })),
      }));
    },
  };
}

function queryOf(query: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(query).length === 0 ? [] : [String(new URLSearchParams(query))];
}

/** As Prometheus writes it: `NaN`, `+Inf` and `-Inf` beside plain numbers. */
function number(text: string): number {
  if (text === "+Inf") return Number.POSITIVE_INFINITY;
  return text === "-Inf" ? Number.NEGATIVE_INFINITY : Number(text);
}
