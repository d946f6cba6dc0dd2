// One scenario against a live stack: broken for real, watched through Prometheus and Alertmanager, judged as a run in
// virtual time is.

import { describeError } from "../../src/errors.ts";
import { createEngine } from "../../src/promql/engine.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import type { Fault, RunningFault } from "../faults/fault.ts";
import { type Played, planOf, play } from "../scenarios/play.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import { chartsOf } from "../verify/charts.ts";
import { judgeScenario } from "../verify/judge.ts";
import type { KnownAlerts } from "../verify/known-alerts.ts";
import type { Recording } from "../verify/recording.ts";
import type { AlertProof, ScenarioReport } from "../verify/report/report.ts";
import type { RuleHistory } from "../verify/rule-history.ts";
import type { AlertmanagerApi, MutedAlert } from "./alertmanager-api.ts";
import { storeOf } from "./live-recording.ts";
import { loadedGroups } from "./loaded-rules.ts";
import type { Notification } from "./notifications.ts";
import type { PrometheusApi } from "./prometheus-api.ts";
import { RuleWatch } from "./rule-watch.ts";

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
  readonly signal: AbortSignal;
}

/** Which series are of the stack; everything that rules of ours look at has one of these jobs. */
const SELECTOR = '{job=~"dashstream-.+"}';

/** When people were told of an alert, in seconds since the start of the scenario. */
export interface Told {
  readonly notified_at_s: number | null;
  readonly resolved_notified_at_s: number | null;
  readonly receivers: readonly string[];
  /** Alerts that muted it for some time, so that nobody need be told. */
  readonly muted_by: readonly string[];
}

export interface LiveReport {
  readonly report: ScenarioReport;
  /** In the order of the report's alerts; empty if nobody listened. */
  readonly told: readonly Told[];
}

/** @throws DashstreamError `scenario_invalid`, or `server_unreachable` if Prometheus does not answer at the start */
export async function drillScenario(scenario: Scenario, options: LiveScenarioOptions): Promise<LiveReport> {
  const { prometheus, clock, apply, known, scrapeIntervalMs, signal } = options;
  const plan = planOf(scenario);
  const first = await prometheus.rules();
  const groups = loadedGroups(first);
  const watch = new RuleWatch(groups);
  const startMs = clock.nowMs();
  watch.observe(first);
  const over = new AbortController();
  const watching = keepWatching(watch, options, over.signal);
  const played = await play(plan, { clock, apply, signal }).finally(() => over.abort());
  const { misses, muted } = await watching;
  const recording = await recordingOf(options, played, startMs);
  const history: RuleHistory = {
    transitions: watch.transitions,
    problems: watch.problems,
    failures: [],
    source: recording.store,
    engine: createEngine({ source: recording.store, subqueryStepMs: scrapeIntervalMs }),
  };
  const seen = { ...recording, findings: [...recording.findings, ...misses] };
  const verdict = judgeScenario(scenario, seen, history, { groups, known });
  const told = toldOf(verdict.alerts, startMs, muted, options);
  const alerts = verdict.alerts.map((proof, index) => withNotifications(proof, told[index], options));
  const report = {
    ...verdict,
    alerts,
    ok: verdict.ok && alerts.every(({ proven }) => proven),
    charts: chartsOf(scenario, recording, history, groups),
  };
  return { report, told };
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

function toldOf(
  proofs: readonly AlertProof[],
  startMs: number,
  muted: readonly MutedAlert[],
  { notifications }: LiveScenarioOptions,
): readonly Told[] {
  if (notifications === null) return [];
  return proofs.map(({ alert, labels }) => {
    const own = notifications.filter(
      (notification) =>
        notification.alert === alert && notification.atMs >= startMs && fits(labels, notification.labels),
    );
    const mutes = muted.filter((each) => each.labels.alertname === alert && fits(labels, each.labels));
    const at = (status: Notification["status"]) => {
      const found = own.find((notification) => notification.status === status);
      return found === undefined ? null : (found.atMs - startMs) / 1000;
    };
    return {
      notified_at_s: at("firing"),
      resolved_notified_at_s: at("resolved"),
      receivers: [...new Set(own.map(({ receiver }) => receiver))],
      muted_by: [...new Set(mutes.flatMap(({ by }) => by))].sort(),
    };
  });
}

/** Alertmanager adds labels of the site to those of the alert. */
function fits(labels: Readonly<Record<string, string>>, told: Readonly<Record<string, string>>): boolean {
  return Object.entries(labels).every(([name, value]) => told[name] === value);
}

/** An alert of which nobody is told is as good as none, unless another one speaks for it. */
function withNotifications(
  proof: AlertProof,
  told: Told | undefined,
  { notifyWithinMs }: LiveScenarioOptions,
): AlertProof {
  if (told === undefined || proof.firing_at_s === null) return proof;
  const limitS = notifyWithinMs / 1000;
  const mayBeSilent = told.muted_by.length > 0;
  const problem = (what: string, atS: number | null, toldS: number | null) =>
    atS === null || (toldS === null && mayBeSilent) ? [] : late(what, atS, toldS, limitS);
  const reasons = [
    ...problem("fired", proof.firing_at_s, told.notified_at_s),
    ...problem("resolved", proof.resolved_at_s, told.resolved_notified_at_s),
  ];
  return { ...proof, proven: proof.proven && reasons.length === 0, reasons: [...proof.reasons, ...reasons] };
}

function late(what: string, atS: number, toldS: number | null, limitS: number): readonly string[] {
  if (toldS === null) return [`nobody was notified that it ${what}`];
  return toldS - atS > limitS ? [`it took ${(toldS - atS).toFixed(1)} s to notify that it ${what}`] : [];
}
