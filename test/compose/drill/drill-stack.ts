// A stack of processes of its own in which everything happens faster, and its services as a drill handles them.

import { readFileSync } from "node:fs";
import type { Stack } from "../../../compose/processes/stack.ts";
import { type StackOptions, startStack } from "../../../compose/processes/start-stack.ts";
import type { ServicesControl } from "../../../sim/drill/services.ts";
import type { ComponentName } from "../../../sim/faults/stage.ts";
import { ruleFile } from "../../../src/alerts/rule-file.ts";
import { EVALUATION_INTERVAL_MS, SCRAPE_INTERVAL_MS } from "../../../src/alerts/site.ts";

export const SERVICE_NAMES: Readonly<Record<ComponentName, string>> = {
  "websocket-server": "dashstream-websocket-server",
  "quality-monitor": "dashstream-quality-monitor",
  exporter: "dashstream-prometheus-exporter",
};

/** @param scale of the rules; scrapes and evaluations come so many times as often */
export function startDrillStack(scale: number, options: Omit<StackOptions, "rules">): Promise<Stack> {
  return startStack({
    scrapeIntervalMs: SCRAPE_INTERVAL_MS / scale,
    evaluationIntervalMs: EVALUATION_INTERVAL_MS / scale,
    rules: ruleFile({ scale }),
    files: { "prometheus/prometheus.yml": prometheusConfig() },
    ...options,
  });
}

/** A service of the site that the rules do not know by name. */
const FURTHER_JOB = `
  - job_name: dashstream-checkout
    static_configs:
      - targets: [dashstream-prometheus-exporter:9190]
`;

/** Targets are looked for every second: a drill has no time for half a minute. */
function prometheusConfig(): string {
  const path = new URL("../../../compose/prometheus/prometheus.yml", import.meta.url);
  const text = readFileSync(path, "utf8").replaceAll(/refresh_interval: \w+/g, "refresh_interval: 1s");
  return `${text.trimEnd()}${FURTHER_JOB}`;
}

export function stackServices(stack: Stack): ServicesControl {
  const given = new Map<ComponentName, readonly string[]>();
  return {
    kill: (name) => stack.kill(SERVICE_NAMES[name]),
    async stop(name) {
      await stack.stop(SERVICE_NAMES[name]);
    },
    start: (name) => stack.start(SERVICE_NAMES[name]),
    async configure(name, env) {
      // Empty ones count as not set: those of the last scenario are taken back.
      const taken = Object.fromEntries((given.get(name) ?? []).map((variable) => [variable, ""]));
      given.set(name, Object.keys(env));
      await stack.restart(SERVICE_NAMES[name], { ...taken, ...env });
    },
  };
}
