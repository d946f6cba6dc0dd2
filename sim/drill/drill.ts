// A drill: scenarios against a live stack, one after the other, each from a quiet stack to a quiet stack. Whatever happens,
// every fault is cleared and every service has its usual settings in the end.

import { DashstreamError, describeError } from "../../src/errors.ts";
import type { BuildInfo } from "../../src/runtime/build-info.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import type { Network } from "../../src/runtime/network.ts";
import type { Random } from "../../src/runtime/random.ts";
import type { KafkaSettings } from "../../src/stream/kafka-settings.ts";
import type { Log } from "../../src/telemetry/log.ts";
import { parseFaultParams } from "../faults/faults.ts";
import type { DiscoveryControl, KafkaNames } from "../faults/stage.ts";
import { durationMs } from "../scenarios/duration.ts";
import { scaleScenario } from "../scenarios/scale.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import type { KnownAlerts } from "../verify/known-alerts.ts";
import type { ScenarioReport, VerifyProgress } from "../verify/report/report.ts";
import type { AlertmanagerApi } from "./alertmanager-api.ts";
import { drillScenario, type LiveReport, type Told } from "./drill-scenario.ts";
import { capabilities, liveFaults } from "./live-stage.ts";
import type { Notification } from "./notifications.ts";
import type { PrometheusApi } from "./prometheus-api.ts";
import { untilQuiet } from "./quiet.ts";
import type { RemoteFaults } from "./remote-faults.ts";
import { scrapedJobs } from "./scraped-jobs.ts";
import { type Environment, ServiceSettings, type ServicesControl } from "./services.ts";
import { startTraffic } from "./stack-traffic.ts";

export interface DrillOptions {
  readonly scenarios: readonly Scenario[];
  readonly scale: number;
  readonly known: KnownAlerts;
  readonly prometheus: PrometheusApi;
  readonly remote: RemoteFaults | null;
  readonly services: ServicesControl | null;
  readonly discovery: DiscoveryControl | null;
  /** Variables that services have during all scenarios. */
  readonly env: Environment;
  readonly notifications: readonly Notification[] | null;
  /** Asked which alerts are muted; `null` = every alert must be told. */
  readonly alertmanager: AlertmanagerApi | null;
  /** How long Alertmanager may take to tell, in real time. */
  readonly notifyWithinMs: number;
  readonly kafka: KafkaSettings;
  readonly names: KafkaNames;
  readonly server: { readonly host: string; readonly port: number };
  readonly clock: Clock;
  readonly random: Random;
  readonly network: Network;
  readonly log: Log;
  readonly build: BuildInfo;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: VerifyProgress) => void;
}

export interface DrillResult {
  readonly reports: readonly ScenarioReport[];
  /** For each report, when people were told of its alerts. */
  readonly told: readonly (readonly Told[])[];
  /** Scenarios that this stack cannot play, each with the reason. */
  readonly skipped: readonly { readonly scenario: string; readonly because: string }[];
}

/** What Prometheus scrapes at scale 1. */
const SCRAPE_INTERVAL_MS = 15_000;
/** Looks at the states of rules in each scrape interval. */
const LOOKS_PER_SCRAPE = 2;
const MIN_POLL_MS = 200;
/** A stack must be quiet for so many scrapes before something is broken. */
const QUIET_SCRAPES = 3;
/** Everything that looked back on the last scenario must have forgotten it; the longest window is 10 minutes. */
const QUIET_LIMIT_MS = 20 * 60_000;
/** Services need real time to start, however fast a drill is. */
const MIN_QUIET_LIMIT_MS = 120_000;

/** @throws DashstreamError `scenario_invalid`, `server_unreachable`, `server_refused`, `kafka_unreachable` or `aborted` */
export async function drill(options: DrillOptions): Promise<DrillResult> {
  const { scenarios, services, remote, discovery, env, signal, onProgress } = options;
  const settings = services === null ? null : new ServiceSettings(services, env);
  const reports: ScenarioReport[] = [];
  const told: (readonly Told[])[] = [];
  const skipped: { scenario: string; because: string }[] = [];
  try {
    const jobs = scrapedJobs(await options.prometheus.config());
    for (const [done, scenario] of scenarios.entries()) {
      const because = whyNotHere(scenario, jobs, options);
      if (because !== null) {
        skipped.push({ scenario: scenario.name, because });
        continue;
      }
      const event = { scenario: scenario.name, total: scenarios.length };
      onProgress?.({ ...event, state: "started", done });
      const live = await playOne(scenario, settings, options);
      reports.push(live.report);
      told.push(live.told);
      onProgress?.({ ...event, state: live.report.ok ? "passed" : "failed", done: done + 1 });
      if (signal.aborted) break;
    }
  } finally {
    await cleanUp([
      () => remote?.clearAll(),
      () => {
        for (const name of ["websocket-server", "quality-monitor", "exporter"] as const)
          discovery?.restore(name);
      },
      () => settings?.restore(),
    ]);
  }
  return { reports, told, skipped };
}

/** Each is tried, whatever became of those before it. */
async function cleanUp(steps: readonly (() => Promise<void> | void)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length === 0) return;
  const [cause] = failures;
  const what = failures.map(describeError).join("; ");
  throw new DashstreamError("server_refused", `not everything could be put back: ${what}`, { cause });
}

/** @param jobs that the stack's Prometheus scrapes */
function whyNotHere(scenario: Scenario, jobs: ReadonlySet<string>, options: DrillOptions): string | null {
  const has = capabilities(options);
  for (const { fault: name, params } of [...scenario.faults, ...scenario.remedy]) {
    const { fault } = parseFaultParams(name, params);
    const missing = fault.needs.find((part) => !has.has(part));
    if (missing !== undefined) return `${name} needs ${missing}, which cannot be controlled here`;
  }
  const wantsSettings = [scenario.env, ...Object.values(scenario.env_of)].some(
    (variables) => Object.keys(variables).length > 0,
  );
  if (wantsSettings && options.services === null) return "its services need other settings";
  if (options.scale > scenario.max_scale) return `it is played at most ${scenario.max_scale} times faster`;
  const unscraped = scenario.also_scraped.find(({ job }) => !jobs.has(job));
  if (unscraped) return `its Prometheus also scrapes ${unscraped.component} as the job ${unscraped.job}`;
  return null;
}

async function playOne(
  scenario: Scenario,
  settings: ServiceSettings | null,
  options: DrillOptions,
): Promise<LiveReport> {
  const { scale, clock, random, network, log, server, names, kafka, prometheus, signal } = options;
  const scrapeIntervalMs = SCRAPE_INTERVAL_MS / scale;
  const pollMs = Math.max(MIN_POLL_MS, scrapeIntervalMs / LOOKS_PER_SCRAPE);
  const faster = scaleScenario(scenario, scale);
  await settings?.apply(faster);
  const traffic = await startTraffic(faster, {
    clock,
    random,
    network,
    log,
    settings: kafka,
    topic: names.topic,
    streamUrl: `ws://${server.host}:${server.port}/ws`,
  });
  try {
    await untilQuiet({
      prometheus,
      clock,
      pollMs,
      lastingMs: scrapeIntervalMs * QUIET_SCRAPES,
      limitMs: Math.max(QUIET_LIMIT_MS / scale, MIN_QUIET_LIMIT_MS),
      signal,
    });
    const apply = liveFaults({ ...options, kafka: names, traffic: traffic.control });
    return await drillScenario(faster, {
      ...options,
      apply,
      scrapeIntervalMs,
      pollMs,
    });
  } finally {
    await traffic.stop();
  }
}

/** Real time that the scenarios take at least. */
export function drillDurationMs(scenarios: readonly Scenario[], scale: number): number {
  return scenarios.reduce(
    (sum, { warm_up, hold, settle }) =>
      sum + (durationMs(warm_up) + durationMs(hold) + durationMs(settle)) / scale,
    0,
  );
}
