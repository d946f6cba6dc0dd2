// What a drill changes in the configuration of a stack of its own: how often Prometheus looks, its rules, the routes of
// Alertmanager, and any other file.

import { join } from "node:path";
import { parseDocument } from "yaml";
import { durationText } from "../../src/alerts/duration.ts";
import type { Rewrite } from "./places/config-copy.ts";

export interface ConfigChanges {
  /** How often Prometheus scrapes; default: as in `prometheus.yml`. */
  readonly scrapeIntervalMs?: number;
  /** How often it evaluates rules that have no interval of their own. */
  readonly evaluationIntervalMs?: number;
  /** The text of `alert_rules.yml`, for example that of `ruleFile({ scale: 60 })`. */
  readonly rules?: string;
  /** The text of `alertmanager.yml`, for example that of `alertmanagerConfig({ webhooks })`. */
  readonly alertmanagerConfig?: string;
  /** Texts of further files, by their path from the folder of the compose file. */
  readonly files?: Readonly<Record<string, string>>;
}

const PROMETHEUS_CONFIG = "prometheus/prometheus.yml";

/** @param composeDir the folder of the compose file */
export function configRewrite(changes: ConfigChanges, composeDir: string): Rewrite {
  const { rules, alertmanagerConfig, files = {} } = changes;
  const texts = {
    ...(rules === undefined ? {} : { "prometheus/alert_rules.yml": rules }),
    ...(alertmanagerConfig === undefined ? {} : { "alertmanager/alertmanager.yml": alertmanagerConfig }),
    ...files,
  };
  const byPath = new Map(Object.entries(texts).map(([path, text]) => [join(composeDir, path), text]));
  return (text, path) => {
    const given = byPath.get(path) ?? text;
    return path === join(composeDir, PROMETHEUS_CONFIG) ? withIntervals(given, changes) : given;
  };
}

function withIntervals(text: string, { scrapeIntervalMs, evaluationIntervalMs }: ConfigChanges): string {
  if (scrapeIntervalMs === undefined && evaluationIntervalMs === undefined) return text;
  const config = parseDocument(text);
  const set = (name: string, ms: number | undefined) => {
    if (ms !== undefined) config.setIn(["global", name], durationText(ms));
  };
  set("scrape_interval", scrapeIntervalMs);
  set("evaluation_interval", evaluationIntervalMs);
  // Prometheus refuses a timeout longer than the interval; its default is 10 s.
  if (scrapeIntervalMs !== undefined) set("scrape_timeout", Math.min(scrapeIntervalMs, 10_000));
  return config.toString({ lineWidth: 0 });
}
