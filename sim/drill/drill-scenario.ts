// One scenario against a live stack: broken for real, watched through Prometheus and Alertmanager, judged as a run in
// virtual time is.

import { describeError } from "../../src/errors.ts";
import { createEngine } from "../../src/promql/engine.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import type { Fault, RunningFault } from "../faults/fault.ts";
import { type Played, planDurationMs, planOf, play } from "../scenarios/play.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import { chartsOf } from "../verify/charts.ts";
import { judgeScenario } from "../verify/judge.ts";
import type { KnownAlerts } from "../verify/known-alerts.ts";
import type { Recording } from "../verify/recording.ts";
import type { AlertProof, ScenarioReport } from "../verify/report/report.ts";
import type { RuleHistory } from "../verify/rule-history.ts";
import type { AlertmanagerApi, MutedAlert } from "./alertmanager-api.ts";
import type { Phase } from "./drill-progress.ts";
import { storeOf } from "./live-recording.ts";
import { loadedGroups } from "./loaded-rules.ts";
import { missedFault } from "./missed-fault.ts";
import type { Notification } from "./notifications.ts";
import type { PrometheusApi } from "./prometheus-api.ts";
import { RuleWatch } from "./rule-watch.ts";
import { isTellingOwed, judgedByNotifications, type Messages, type Told, toldOf } from "./told.ts";

export interface LiveScenarioOptions {
  readonly prometheus: PrometheusApi;
  readonly clock: Clock;
  readonly apply: (fault: Fault, params: unknown) => Promise<RunningFault>;
  readonly known: KnownAlerts;
  readonly scrapeIntervalMs: number;
  /** How often Prometheus is asked for the states of rules. */
  readonly pollMs: number;
  /** What Alertmanager has sent so far; `null` = nobody listens. */
  readonly notifications: readonly Notification[] | null;
  /** Asked which alerts are muted; `null` = every alert must be told. */
  readonly alertmanager: AlertmanagerApi | null;
  /** How long after firing or resolving Alertmanager may take to tell. */
  readonly notifyWithinMs: number;
  /** Told of each phase as it begins. */
  readonly onPhase: (phase: Phase) => void;
  readonly signal: AbortSignal;
}

/** Which series are of the stack; everything that rules of ours look at has one of these jobs. */
const SELECTOR = '{job=~"dashstream-.+"}';

export interface LiveReport {
  readonly report: ScenarioReport;
  /** In the order of the report's alerts; empty if nobody listened. */
  readonly told: readonly Told[];
}

/** @throws DashstreamError `scenario_invalid`, or `server_unreachable` if Prometheus does not answer at the start */
export async function drillScenario(scenario: Scenario, options: LiveScenarioOptions): Promise<LiveReport> {
  const { prometheus, clock, apply, known, scrapeIntervalMs, onPhase, signal } = options;
  const plan = planOf(scenario);
  onPhase({ kind: "playing", forMs: planDurationMs(plan) });
  const first = await prometheus.rules();
  const groups = loadedGroups(first);
  const watch = new RuleWatch(groups);
  const startMs = clock.nowMs();
  watch.observe(first);
  const over = new AbortController();
  const watching = keepWatching(watch, options, over.signal);
  const played = await play(plan, { clock, apply, missed: missedFault, signal }).finally(() => over.abort());
  const { misses, muted } = await watching;
  const recording = await recordingOf(options, played, startMs);
  const history: RuleHistory = {
    transitions: watch.transitions,
    problems: watch.problems,
    failures: [],
    source: recording.store,
    engine: createEngine({ source: recording.store, subqueryStepMs: scrapeIntervalMs }),
  };
  const interruption = signal.aborted ? ["it was interrupted"] : [];
  const seen = { ...recording, findings: [...recording.findings, ...misses, ...interruption] };
  const verdict = judgeScenario(scenario, seen, history, { groups, known });
  const { notifications, notifyWithinMs } = options;
  const messages = notifications === null ? null : { startMs, notifications, muted };
  if (messages !== null) await untilTold(verdict.alerts, messages, played.endMs + notifyWithinMs, options);
  const judged = verdict.alerts.map((proof) => {
    if (messages === null) return { proof, told: [] };
    const told = toldOf(proof, messages);
    return { proof: judgedByNotifications(proof, told, notifyWithinMs), told: [told] };
  });
  const alerts = judged.map(({ proof }) => proof);
  const report = {
    ...verdict,
    alerts,
    ok: verdict.ok && alerts.every(({ proven }) => proven),
    charts: chartsOf(scenario, recording, history, groups),
  };
  return { report, told: judged.flatMap(({ told }) => told) };
}

/** Alertmanager tells of the end of an alert when the interval of its group is over. */
async function untilTold(
  alerts: readonly AlertProof[],
  messages: Messages,
  untilMs: number,
  { clock, pollMs, onPhase, signal }: LiveScenarioOptions,
): Promise<void> {
  const isOwed = () => alerts.some((proof) => isTellingOwed(proof, toldOf(proof, messages)));
  const atMostMs = untilMs - clock.nowMs();
  if (isOwed() && atMostMs > 0) onPhase({ kind: "waiting for notifications", atMostMs });
  while (isOwed() && clock.nowMs() < untilMs) {
    if (!(await clock.sleep(pollMs, signal))) return;
  }
}

interface Watched {
  /** What went wrong, each once. */
  readonly misses: readonly string[];
  /** All that were muted at some time. */
  readonly muted: readonly MutedAlert[];
}

/** Until `over`. */
async function keepWatching(
  watch: RuleWatch,
  { prometheus, alertmanager, clock, pollMs }: LiveScenarioOptions,
  over: AbortSignal,
): Promise<Watched> {
  const misses = new Set<string>();
  const muted: MutedAlert[] = [];
  const trying = async (what: string, step: () => Promise<void>) => {
    try {
      await step();
    } catch (error) {
      misses.add(`${what}: ${describeError(error)}`);
    }
  };
  const look = async () => {
    await trying("Prometheus did not tell the states of its rules", async () => {
      watch.observe(await prometheus.rules());
    });
    await trying("Alertmanager did not tell what it mutes", async () => {
      muted.push(...((await alertmanager?.muted()) ?? []));
    });
  };
  while (await clock.sleep(pollMs, over)) await look();
  // What happened since the last look.
  await look();
  return { misses: [...misses], muted };
}

async function recordingOf(
  { prometheus, scrapeIntervalMs }: LiveScenarioOptions,
  played: Played,
  startMs: number,
): Promise<Recording> {
  const raw = await prometheus.samples(SELECTOR, startMs, played.endMs);
  return {
    ...played,
    startMs,
    scrapeIntervalMs,
    store: storeOf(raw, { scrapeIntervalMs, endMs: played.endMs }),
  };
}
