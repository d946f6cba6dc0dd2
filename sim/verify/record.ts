// Runs one scenario in virtual time and records what Prometheus would have scraped. The same scenario and seed give the
// same recording. Nothing is stopped in the end: the world ends with its clock.

import { SCRAPE_INTERVAL_MS } from "../../src/alerts/site.ts";
import { describeError } from "../../src/errors.ts";
import { type Log, silentLog } from "../../src/telemetry/log.ts";
import type { Fault, RunningFault } from "../faults/fault.ts";
import { parseFaultParams } from "../faults/faults.ts";
import { durationMs } from "../scenarios/duration.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import type { RecordedFault, Recording } from "./recording.ts";
import { openSite, type Site } from "./site/site.ts";
import { runVirtual } from "./virtual-world.ts";

export interface RecordOptions {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly targetLabels?: Readonly<Record<string, string>>;
  readonly log?: Log;
}

/** Aligned with every interval that rules have. */
const START_MS = Date.UTC(2026, 0, 5, 8);
/** Until every component is a member of its group: nobody is alerted of a system that is being started. */
const START_UP_MS = 60_000;
/** Faults may take some time to apply and to clear. */
const SLACK_MS = 600_000;

interface PlannedFault {
  readonly fault: Fault;
  readonly params: unknown;
  readonly afterMs: number;
  readonly forMs: number;
}

/**
 * Runs it. One at a time in a process.
 * @throws DashstreamError `scenario_invalid` or `config_invalid` if it names faults, parameters or settings that do not exist
 */
export async function recordScenario(options: RecordOptions): Promise<Recording> {
  const { scenario, seed, targetLabels = {}, log = silentLog } = options;
  const plan = planFaults(scenario);
  const proxied = plan.some(({ fault }) => fault.needs.includes("links"));
  const remedies = scenario.remedy.map(({ fault, params }) => planned(fault, params, 0, 0));
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
    const times = phasesOf(scenario);
    const happening = liveThrough(site, { plan, remedies, ...times });
    const lasting = times.warmUpMs + times.holdMs + times.settleMs;
    const happened = await clock.settle(happening, START_UP_MS + lasting + SLACK_MS);
    return {
      store: site.store,
      scrapeIntervalMs: SCRAPE_INTERVAL_MS,
      startMs: START_MS + START_UP_MS,
      ...happened,
    };
  });
}

interface Phases {
  readonly warmUpMs: number;
  readonly holdMs: number;
  readonly settleMs: number;
}

function phasesOf({ warm_up, hold, settle }: Scenario): Phases {
  return { warmUpMs: durationMs(warm_up), holdMs: durationMs(hold), settleMs: durationMs(settle) };
}

function planFaults({ faults, hold }: Scenario): readonly PlannedFault[] {
  return faults.map(({ fault, params, after, for: lasting }) => {
    const afterMs = durationMs(after);
    return planned(
      fault,
      params,
      afterMs,
      durationMs(lasting ?? hold) - (lasting === undefined ? afterMs : 0),
    );
  });
}

function planned(
  name: string,
  given: Readonly<Record<string, unknown>>,
  afterMs: number,
  forMs: number,
): PlannedFault {
  return { ...parseFaultParams(name, given), afterMs, forMs };
}

interface Happening extends Phases {
  readonly plan: readonly PlannedFault[];
  readonly remedies: readonly PlannedFault[];
}

async function liveThrough(
  site: Site,
  { plan, remedies, warmUpMs, holdMs, settleMs }: Happening,
): Promise<Pick<Recording, "warmMs" | "clearedMs" | "endMs" | "faults" | "findings">> {
  const { clock } = site;
  const findings: string[] = [];
  await site.start();
  await clock.sleep(START_UP_MS);
  site.observe();
  await clock.sleep(warmUpMs);
  const warmMs = clock.nowMs();
  const [faults] = await Promise.all([
    Promise.all(plan.map((fault) => runFault(site, fault, findings))),
    clock.sleep(holdMs),
  ]);
  const clearedMs = clock.nowMs();
  for (const remedy of remedies) await runFault(site, remedy, findings);
  await clock.sleep(settleMs);
  findings.push(...site.unreadable.map((text) => `/metrics could not be read: ${text}`));
  return { warmMs, clearedMs, endMs: clock.nowMs(), faults, findings };
}

async function runFault(
  site: Site,
  { fault, params, afterMs, forMs }: PlannedFault,
  findings: string[],
): Promise<RecordedFault> {
  const { clock } = site;
  await clock.sleep(afterMs);
  const appliedMs = clock.nowMs();
  let running: RunningFault | null = null;
  try {
    running = await fault.apply(site, params);
    await clock.sleep(forMs);
    await running.clear();
  } catch (error) {
    findings.push(`fault ${fault.name}: ${describeError(error)}`);
  }
  const hits = running?.hits() ?? 0;
  if (hits === 0) findings.push(`fault ${fault.name} did not take: nothing was broken by it`);
  return {
    fault: fault.name,
    params: params as Readonly<Record<string, unknown>>,
    appliedMs,
    clearedMs: clock.nowMs(),
    hits,
  };
}
