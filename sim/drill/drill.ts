// A drill: scenarios against a live stack, one after the other, each from a quiet stack to a quiet stack. Whatever happens,
// every fault is cleared in the end, every service runs with its usual settings, and what was learnt until then is told.

import { DashstreamError, describeError, isExpected } from "../../src/errors.ts";
import { parseBroker } from "../../src/stream/kafka-settings.ts";
import type { Fault } from "../faults/fault.ts";
import { COMPONENT_NAMES } from "../faults/stage.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import { type AttemptOptions, attemptScenario, type FaultWitness } from "./attempt.ts";
import { type CleanUpStep, cleanUp } from "./clean-up.ts";
import type { DrillProgress } from "./drill-progress.ts";
import type { LiveReport } from "./drill-scenario.ts";
import { isRemote } from "./live-stage.ts";
import { requireListener, requireOneListener } from "./named-server.ts";
import { whyNotHere } from "./playable.ts";
import { scrapedJobs } from "./scraped-jobs.ts";
import { type Environment, ServiceSettings, WatchedServices } from "./services.ts";
import { unplayedReport } from "./unplayed.ts";

export interface DrillOptions extends Omit<AttemptOptions, "onPhase" | keyof FaultWitness> {
  readonly scenarios: readonly Scenario[];
  /** Of `server`, as it was given. */
  readonly serverUrl: string;
  /** Variables that services have during all scenarios. */
  readonly env: Environment;
  readonly onProgress?: (progress: DrillProgress) => void;
}

export interface SkippedScenario {
  readonly scenario: string;
  readonly because: string;
}

export interface DrillResult {
  readonly played: readonly LiveReport[];
  /** Scenarios that this stack cannot play, or that were not tried any more, each with the reason. */
  readonly skipped: readonly SkippedScenario[];
  /** What went wrong beside the scenarios, in sentences. */
  readonly findings: readonly string[];
  /** What was still broken or changed when it ended, and was put right: one text each. */
  readonly putBack: readonly string[];
}

type Plays = Pick<DrillResult, "played" | "skipped">;

/**
 * An interrupted drill gives what was played until then.
 * @throws DashstreamError `scenario_invalid`, or `server_unreachable` or `server_refused` of a Prometheus that does not
 * tell its configuration, or `server_unreachable` of a server for clients or a Kafka that is not there, or `aborted` if it
 * is interrupted while it looks for them
 */
export async function drill(options: DrillOptions): Promise<DrillResult> {
  const { remote, discovery, env } = options;
  const services = options.services && new WatchedServices(options.services);
  const settings = services && new ServiceSettings(services, env);
  const putBack: string[] = [];
  /** Faults of the proxy that did not say that they were cleared. */
  const unsure: string[] = [];
  const noteCleared = (fault: string) => void putBack.push(`fault ${fault} is cleared`);
  const noting = async (step: Promise<boolean> | boolean | undefined, text: string) => {
    if (await step) putBack.push(text);
  };
  const steps: readonly CleanUpStep[] = [
    async () => {
      const cleared = (await remote?.clearAll()) ?? [];
      // Those of which only the answer was lost are not in force any more.
      for (const fault of [...cleared, ...unsure.filter((name) => !cleared.includes(name))])
        noteCleared(fault);
    },
    ...COMPONENT_NAMES.flatMap((name) => [
      async () => noting(discovery?.restore(name), `${name} is a target again`),
      async () => noting(settings?.restore(name), `${name} has its usual settings`),
      async () => noting(services?.revive(name), `${name} is started again`),
    ]),
  ];
  const onUncleared = (fault: Fault) => {
    if (remote !== null && isRemote(fault)) unsure.push(fault.name);
  };
  let result: Plays;
  try {
    result = await playAll(settings, { ...options, services, onInterrupted: noteCleared, onUncleared });
  } catch (error) {
    const left = await cleanUp(steps);
    throw left === null ? error : withRemains(error, left);
  }
  const left = await cleanUp(steps);
  return { ...result, findings: left === null ? [] : [left], putBack };
}

/** What ended a drill that could not be put right either. */
function withRemains(cause: unknown, left: string): DashstreamError {
  const code = isExpected(cause) ? cause.code : "invariant";
  return new DashstreamError(code, `${describeError(cause)}; ${left}`, { cause });
}

/** What the traffic and the clients of scenarios go to, before anything is broken. */
async function requireServers(scenarios: readonly Scenario[], options: DrillOptions): Promise<void> {
  // Clients come back for ever, so that nobody would hear of a server that is not there.
  if (scenarios.some(({ clients }) => clients > 0)) {
    await requireListener({ flag: "--server", url: options.serverUrl }, options.server, options);
  }
  // Each has producers.
  if (scenarios.length > 0) {
    const { brokers } = options.kafka;
    const named = { flag: "--kafka-brokers", url: brokers.join(",") };
    await requireOneListener(named, brokers.map(parseBroker), options);
  }
}

async function playAll(
  settings: ServiceSettings | null,
  options: DrillOptions & FaultWitness,
): Promise<Plays> {
  const { scenarios, known, signal, onProgress } = options;
  const jobs = scrapedJobs(await options.prometheus.config());
  const why = (scenario: Scenario) => whyNotHere(scenario, { ...options, jobs });
  await requireServers(
    scenarios.filter((scenario) => why(scenario) === null),
    options,
  );
  const played: LiveReport[] = [];
  const skipped: SkippedScenario[] = [];
  /** Why nothing further is tried; `null` as long as all is well. */
  let ended: string | null = null;
  for (const [done, scenario] of scenarios.entries()) {
    if (signal.aborted) break;
    const because = why(scenario) ?? ended;
    if (because !== null) {
      skipped.push({ scenario: scenario.name, because });
      continue;
    }
    const event = { scenario: scenario.name, total: scenarios.length };
    onProgress?.({ ...event, state: "started", done });
    const attempt = await attemptScenario(scenario, settings, {
      ...options,
      onPhase: (phase) => onProgress?.({ ...event, state: "phase", phase, done }),
    });
    if (attempt.kind === "interrupted") break;
    const live = attempt.kind === "played" ? attempt.live : unplayedReport(scenario, attempt.finding, known);
    if (attempt.kind === "restless") ended = `the stack was not quiet before ${scenario.name}`;
    if (attempt.kind === "failed") ended = `${scenario.name} could not be played`;
    played.push(live);
    onProgress?.({ ...event, state: live.report.ok ? "passed" : "failed", done: done + 1 });
  }
  return { played, skipped };
}
