// Runs one scenario in virtual time and records what Prometheus would have scraped. The same scenario and seed give the
// same recording. Nothing is stopped in the end: the world ends with its clock.

import { SCRAPE_INTERVAL_MS } from "../../src/alerts/site.ts";
import { type Log, silentLog } from "../../src/telemetry/log.ts";
import { type Plan, type Played, planDurationMs, planOf, play } from "../scenarios/play.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import type { Recording } from "./recording.ts";
import { openSite, type Site } from "./site/site.ts";
import { NO_TARGET_LABELS, type TargetLabels } from "./site/target-labels.ts";
import { runVirtual } from "./virtual-world.ts";

export interface RecordOptions {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly targetLabels?: TargetLabels;
  readonly log?: Log;
}

/** Aligned with every interval that rules have. */
const START_MS = Date.UTC(2026, 0, 5, 8);
/** Until every component is a member of its group: nobody is alerted of a system that is being started. */
const START_UP_MS = 60_000;
/** Faults may take some time to apply and to clear. */
const SLACK_MS = 600_000;

/**
 * Runs it. One at a time in a process.
 * @throws DashstreamError `scenario_invalid` or `config_invalid` if it names faults, parameters or settings that do not exist
 */
export async function recordScenario(options: RecordOptions): Promise<Recording> {
  const { scenario, seed, targetLabels = NO_TARGET_LABELS, log = silentLog } = options;
  const plan = planOf(scenario);
  const proxied = [...plan.faults, ...plan.remedies].some(({ fault }) => fault.needs.includes("links"));
  return runVirtual({ seed, startMs: START_MS }, async (world) => {
    const { clock } = world;
    const site = await openSite({
      world,
      scenario,
      proxied,
      log,
      targetLabels,
      scrapeIntervalMs: SCRAPE_INTERVAL_MS,
    });
    const lasting = START_UP_MS + planDurationMs(plan) + SLACK_MS;
    const played = await clock.settle(liveThrough(site, plan), lasting);
    return {
      store: site.store,
      scrapeIntervalMs: SCRAPE_INTERVAL_MS,
      startMs: START_MS + START_UP_MS,
      ...played,
    };
  });
}

async function liveThrough(site: Site, plan: Plan): Promise<Played> {
  const { clock } = site;
  await site.start();
  await clock.sleep(START_UP_MS);
  site.observe();
  const played = await play(plan, { clock, apply: (fault, params) => fault.apply(site, params) });
  const unreadable = site.unreadable.map((text) => `/metrics could not be read: ${text}`);
  return { ...played, findings: [...played.findings, ...unreadable] };
}
