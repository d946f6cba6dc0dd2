// A whole drill: checked that it may begin, played, compared with virtual time, reported. Nothing is broken before
// everything is known to be in place.

import { tmpdir } from "node:os";
import { join } from "node:path";
import { ruleFile } from "../../src/alerts/rule-file.ts";
import { lockFile } from "../../src/dlq/file-lock.ts";
import { DashstreamError } from "../../src/errors.ts";
import type { RuleGroup } from "../../src/promql/rules/rule.ts";
import type { HostPort } from "../../src/runtime/address.ts";
import type { BuildInfo } from "../../src/runtime/build-info.ts";
import type { ServeHttp } from "../../src/runtime/http.ts";
import { systemProcesses } from "../../src/runtime/process-identity.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import { readRules } from "../verify/job.ts";
import { knownAlerts } from "../verify/known-alerts.ts";
import type { AlertProof, ScenarioReport } from "../verify/report/report.ts";
import { OUR_RULES, type Selection } from "../verify/selection.ts";
import { compareTimelines } from "./comparison.ts";
import { type DrillOptions, drill } from "./drill.ts";
import type { DrillReport, ToldAlert } from "./drill-report.ts";
import type { LiveReport } from "./drill-scenario.ts";
import { loadedGroups, loadedScale, ruleDifferences } from "./loaded-rules.ts";
import { type NotificationReceiver, receiveNotifications } from "./notifications.ts";
import { requirePlayable } from "./playable.ts";
import { requireReadTargets } from "./read-targets.ts";
import { requireSafe } from "./safety.ts";
import { scrapedJobs } from "./scraped-jobs.ts";
import type { TargetFile } from "./target-files.ts";
import { isUnplayed } from "./unplayed.ts";

export interface RunDrillOptions extends Omit<DrillOptions, "scenarios" | "known" | "notifications"> {
  readonly selection: Selection;
  /** The files that `discovery` takes targets from; empty if it takes none. */
  readonly targets: readonly TargetFile[];
  /** The Prometheus that may be broken though it is not marked. */
  readonly yesBreak: string | null;
  /** Where to listen to Alertmanager; `null` = not at all. */
  readonly receiver: HostPort | null;
  readonly serve: ServeHttp;
  readonly build: BuildInfo;
  /** Proofs of what was played, in virtual time; `null` = nothing is compared. Not called if nothing was. */
  readonly virtual: ((scenarios: readonly Scenario[]) => Promise<readonly AlertProof[]>) | null;
  readonly onListening?: (url: string) => void;
  readonly seed: number;
}

/** `getrusage` counts in KiB on Linux. */
const RSS_UNIT_BYTES = 1024;

/**
 * @throws DashstreamError `usage` if the stack may not be broken, can play nothing or has other rules or targets,
 * `server_unreachable` or `server_refused` if a part of it does not answer, `storage_failed` if another drill holds the
 * lock, `aborted` if it is interrupted before anything is played, and what `drill` throws
 */
export async function runDrill(options: RunDrillOptions): Promise<DrillReport> {
  const { prometheus, clock, selection, yesBreak } = options;
  await requireSafe(prometheus, yesBreak);
  const jobs = scrapedJobs(await prometheus.config());
  requirePlayable(selection.scenarios, { ...options, jobs });
  await requireRules(options);
  await requireReadTargets(options.targets, options);
  await requireUnbroken(options);
  // It is asked again and again; one that is not there would be found out when something is broken already.
  await options.alertmanager?.muted();
  const lock = lockFile(lockPath(prometheus.url), "the drill of this stack", systemProcesses);
  try {
    const startedMs = clock.monotonicMs();
    const startedAt = new Date(clock.nowMs()).toISOString();
    const receiver = options.receiver ? await listen(options, options.receiver) : null;
    try {
      const result = await drill({
        ...options,
        scenarios: selection.scenarios,
        known: knownAlerts(selection.known),
        notifications: receiver?.received ?? null,
      });
      const reports = result.played.map(({ report }) => report);
      const alerts = reports.flatMap((report) => report.alerts);
      const proofs = await virtualProofs(options, reports);
      const findings = [...result.findings, ...(receiver?.problems ?? []).map(strayRequest)];
      return {
        version: options.build.version,
        seed: options.seed,
        engine: "prometheus",
        ok: reports.length > 0 && reports.every(({ ok }) => ok) && findings.length === 0,
        alerts,
        scenarios: reports,
        findings,
        run: {
          real_seconds: Math.round(clock.monotonicMs() - startedMs) / 1000,
          virtual_seconds: 0,
          workers: 1,
          max_rss_bytes: process.resourceUsage().maxRSS * RSS_UNIT_BYTES,
          runtime: options.build.runtime,
          platform: `${process.platform}-${process.arch}`,
          started_at: startedAt,
        },
        scale: options.scale,
        notifications: result.played.flatMap(toldAlerts),
        skipped: result.skipped,
        putBack: result.putBack,
        comparison: compareTimelines(comparable(alerts, proofs), proofs, options.scale),
      };
    } finally {
      await receiver?.stop();
    }
  } finally {
    lock.release();
  }
}

/** Those of scenarios that were played in both times. */
function comparable(live: readonly AlertProof[], proofs: readonly AlertProof[]): readonly AlertProof[] {
  const both = new Set(proofs.map(({ scenario }) => scenario));
  return live.filter(({ scenario }) => both.has(scenario));
}

/** None if it is interrupted before they are there: what was played is not lost for that. */
async function virtualProofs(
  { virtual, signal, selection }: RunDrillOptions,
  reports: readonly ScenarioReport[],
): Promise<readonly AlertProof[]> {
  const played = new Set(reports.filter((report) => !isUnplayed(report)).map(({ scenario }) => scenario));
  if (virtual === null || signal.aborted || played.size === 0) return [];
  try {
    return await virtual(selection.scenarios.filter(({ name }) => played.has(name)));
  } catch (error) {
    // However it ends then: an interruption reaches the processes that run it, too.
    if (signal.aborted) return [];
    throw error;
  }
}

async function listen(
  { serve, clock, onListening }: RunDrillOptions,
  address: HostPort,
): Promise<NotificationReceiver> {
  const receiver = await receiveNotifications({ serve, clock, ...address });
  onListening?.(receiver.url);
  return receiver;
}

/** One drill of a Prometheus at a time, whatever the address of its owner. */
function lockPath(url: string): string {
  const name = new URL(url).host.replace(/[^A-Za-z0-9.-]/g, "_");
  return join(tmpdir(), `dashstream-drill-${name}.lock`);
}

async function requireRules({ prometheus, selection, scale }: RunDrillOptions): Promise<void> {
  const ours = selection.rules.length === 1 && selection.rules[0]?.file === OUR_RULES;
  const wanted = ours ? ourRules(scale) : readRules(selection.rules);
  const loaded = loadedGroups(await prometheus.rules());
  const differences = ruleDifferences(wanted, loaded);
  if (differences.length === 0) return;
  const other = ours ? loadedScale(ourRules, loaded) : null;
  if (other !== null) {
    throw new DashstreamError(
      "usage",
      `the rules of ${prometheus.url} are those of --scale ${other}, and this drill has --scale ${scale}; drill with --scale ${other}, or make others with \`dashstream rules --scale ${scale}\` and reload`,
    );
  }
  const [first, ...others] = differences;
  const more = others.length === 0 ? "" : `, and ${others.length} more`;
  const remedy = ours
    ? `make them with \`dashstream rules --scale ${scale}\` and reload`
    : `load those of ${selection.rules.map(({ file }) => file).join(", ")}`;
  throw new DashstreamError(
    "usage",
    `the rules of ${prometheus.url} are not those of a drill with --scale ${scale}: ${first}${more}; ${remedy}`,
  );
}

function ourRules(scale: number): readonly RuleGroup[] {
  return readRules([{ file: OUR_RULES, text: ruleFile({ scale }) }]);
}

/** What is broken already would be taken for ours. */
async function requireUnbroken({ remote }: RunDrillOptions): Promise<void> {
  const active = (await remote?.active()) ?? [];
  if (active.length === 0) return;
  throw new DashstreamError(
    "usage",
    `the fault proxy has faults in force (${active.join(", ")}), expected none: another drill may be under way; DELETE /faults clears them`,
  );
}

function strayRequest(problem: string): string {
  return `the receiver of notifications was sent something else: ${problem}`;
}

function toldAlerts({ report, told }: LiveReport): readonly ToldAlert[] {
  return told.flatMap((each, index) => {
    const proof = report.alerts[index];
    if (proof === undefined) return [];
    const { alert, scenario, firing_at_s, resolved_at_s } = proof;
    return [{ alert, scenario, firing_at_s, resolved_at_s, ...each }];
  });
}
