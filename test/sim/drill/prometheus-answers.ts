// Answers of a Prometheus, made by hand, and a `fetch` that gives them.

import type { Fetch, JsonClientOptions } from "../../../sim/drill/http-json.ts";
import type { AlertingRuleStatus, RuleGroupStatus } from "../../../sim/drill/prometheus-api.ts";

export const START_MS = Date.UTC(2026, 0, 5, 8);

/** Seconds after the start, as Prometheus writes times. */
export function at(seconds: number): string {
  return new Date(START_MS + seconds * 1000).toISOString();
}

type Instance = AlertingRuleStatus["alerts"][number];

export function instance(
  state: Instance["state"],
  activeAt: number,
  labels: Instance["labels"] = {},
): Instance {
  return {
    state,
    activeAt: at(activeAt),
    labels: { alertname: "Lag", ...labels },
    annotations: {},
    value: "1e+00",
  };
}

export function rule(
  evaluatedAt: number,
  alerts: readonly Instance[],
  changes: Partial<AlertingRuleStatus> = {},
): AlertingRuleStatus {
  return {
    type: "alerting",
    name: "Lag",
    query: "lag > 10",
    duration: 5,
    labels: {},
    annotations: {},
    health: "ok",
    lastEvaluation: at(evaluatedAt),
    alerts: [...alerts],
    ...changes,
  };
}

export function group(...rules: readonly AlertingRuleStatus[]): RuleGroupStatus {
  return { name: "g", file: "rules.yml", interval: 1, rules: [...rules] };
}

/** Answers by the path and query of an address, as `path?query`; what is not there is 404. */
export function answering(answers: Readonly<Record<string, unknown>>): JsonClientOptions & {
  readonly asked: readonly string[];
} {
  const asked: string[] = [];
  const fetch: Fetch = async (url, init) => {
    const { pathname, search } = new URL(url);
    const call = `${init?.method ?? "GET"} ${pathname}${decodeURIComponent(search).replaceAll("+", " ")}`;
    asked.push(call);
    const found = answers[call];
    if (found === undefined) return new Response("no such page\n", { status: 404 });
    return found instanceof Error ? Promise.reject(found) : Response.json(found);
  };
  const named = { flag: "--prometheus", url: "http://prometheus:9090" };
  return { named, fetch, timeout: () => new AbortController().signal, asked };
}
