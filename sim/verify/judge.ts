// The verdict about one scenario: what it expects, held against the history of the alerts. An alert is proven if it was
// inactive while everything was well, went through pending to firing while the fault was on, stayed until the fault was
// gone, resolved afterwards, and nothing undeclared fired beside it.

import type { Engine } from "../../src/promql/engine.ts";
import { parseExpr } from "../../src/promql/parse.ts";
import type { RuleGroup } from "../../src/promql/rules/rule.ts";
import type { Companion } from "../faults/fault.ts";
import { findFault } from "../faults/faults.ts";
import { durationMs } from "../scenarios/duration.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import { type Episode, episodesOf } from "./alert-history.ts";
import { insteadOf, insteadReasons, isMeant } from "./instead.ts";
import type { KnownAlerts } from "./known-alerts.ts";
import { lateBirths } from "./late-births.ts";
import type { Recording } from "./recording.ts";
import type { AlertProof, OtherAlert, ScenarioReport } from "./report/report.ts";
import { alertText } from "./report/results.ts";
import type { RuleHistory } from "./rule-history.ts";

type Expectation = Scenario["expect"][number];

export interface JudgedRules {
  readonly groups: readonly RuleGroup[];
  /** What each alert must say of itself when it fires, whatever the scenario. */
  readonly known: KnownAlerts;
}

interface Evidence {
  readonly scenario: Scenario;
  readonly recording: Recording;
  readonly episodes: readonly Episode[];
  readonly known: KnownAlerts;
  readonly engine: Engine;
  readonly explain: Explain;
}

/** Why an alert stayed inactive; `null` if nothing can be said. */
export type Explain = (expectation: Expectation) => string | null;

/** What a template of Prometheus says when it fails. */
const FAILED_TEMPLATE = "<error expanding template";
const MS_PER_S = 1000;

/** Everything about a scenario but its charts. */
export function judgeScenario(
  scenario: Scenario,
  recording: Recording,
  history: RuleHistory,
  { groups, known }: JudgedRules,
  explain: Explain = () => null,
): Omit<ScenarioReport, "charts"> {
  const evidence = {
    scenario,
    recording,
    known,
    episodes: episodesOf(history.transitions),
    engine: history.engine,
    explain,
  };
  const others = otherAlerts(evidence);
  const unexpected = [...new Set(others.filter(({ because }) => because === null).map(({ alert }) => alert))];
  const findings = [
    ...recording.findings,
    ...history.problems.map((problem) => `rule not evaluated: ${problem}`),
    ...unrest(evidence),
    ...lateBirths(
      recording,
      groups.flatMap(({ rules }) => rules),
    ).map((metric) => `${metric} did not exist before it counted: its first increment is invisible to rules`),
  ];
  const alerts = scenario.expect.map((expectation) => prove(expectation, evidence, unexpected, findings));
  const seconds = since(recording);
  return {
    scenario: scenario.name,
    summary: scenario.summary,
    ok: findings.length === 0 && unexpected.length === 0 && alerts.every(({ proven }) => proven),
    warm_up_s: seconds(recording.warmMs),
    cleared_at_s: seconds(recording.clearedMs),
    end_s: seconds(recording.endMs),
    faults: recording.faults.map(({ fault, params, appliedMs, clearedMs, hits }) => ({
      fault,
      params,
      applied_at_s: seconds(appliedMs),
      cleared_at_s: seconds(clearedMs),
      hits,
    })),
    alerts,
    others,
    findings,
  };
}

function since({ startMs }: Recording) {
  return (ms: number) => Math.round(ms - startMs) / MS_PER_S;
}

/** When the first fault was applied; infinite if there is none. */
function firstFaultOf({ faults }: Recording): number {
  return Math.min(...faults.map(({ appliedMs }) => appliedMs));
}

function prove(
  expectation: Expectation,
  evidence: Evidence,
  unexpected: readonly string[],
  findings: readonly string[],
): AlertProof {
  const { scenario, recording, known } = evidence;
  const seconds = since(recording);
  const own = evidence.episodes.filter((episode) => isMeant(expectation, episode));
  const fired = own.find(({ firingMs }) => firingMs !== null) ?? null;
  const shown = fired ?? own[0] ?? null;
  const instead = insteadOf(expectation, evidence.episodes);
  const reasons = expectation.always
    ? whyNotAlways(expectation, fired, evidence)
    : whyNotProven(expectation, own, fired, evidence);
  const faultMs = firstFaultOf(recording);
  const firingMs = fired?.firingMs ?? null;
  const at = (ms: number | null | undefined) => (ms === null || ms === undefined ? null : seconds(ms));
  const all = [
    ...reasons,
    ...(unexpected.length > 0 ? [`${unexpected.join(", ")} fired too, and nothing declares that`] : []),
    ...(findings.length > 0 ? ["the scenario has findings"] : []),
  ];
  return {
    alert: expectation.alert,
    name: nameOf(expectation, scenario.expect),
    scenario: scenario.name,
    severity: known.get(expectation.alert)?.severity ?? "unknown",
    proven: all.length === 0,
    pending_at_s: at(shown?.activeMs),
    firing_at_s: at(firingMs),
    resolved_at_s: at(shown?.inactiveMs),
    // What fired before the fault, as a dead man's switch does, detected nothing.
    detection_s: firingMs === null || firingMs < faultMs ? null : (firingMs - faultMs) / MS_PER_S,
    unexpected,
    labels: fired?.labels ?? {},
    annotations: fired?.annotations ?? {},
    instead: instead.map(({ labels, activeMs, firingMs: firedMs, inactiveMs }) => ({
      labels,
      pending_at_s: seconds(activeMs),
      firing_at_s: at(firedMs),
      resolved_at_s: at(inactiveMs),
    })),
    reasons: all,
  };
}

/** What is known of an alert whose scenario was not played, which is nothing. */
export function unprovenAlert(
  expectation: Expectation,
  { name: scenario, expect }: Scenario,
  { known, reason }: { readonly known: KnownAlerts; readonly reason: string },
): AlertProof {
  return {
    alert: expectation.alert,
    name: nameOf(expectation, expect),
    scenario,
    severity: known.get(expectation.alert)?.severity ?? "unknown",
    proven: false,
    pending_at_s: null,
    firing_at_s: null,
    resolved_at_s: null,
    detection_s: null,
    unexpected: [],
    labels: {},
    annotations: {},
    instead: [],
    reasons: [reason],
  };
}

/** With the labels that not all expectations of this alert share. */
function nameOf({ alert, labels }: Expectation, all: readonly Expectation[]): string {
  const others = all.filter((other) => other.alert === alert);
  const telling = Object.entries(labels).filter(
    ([name, value]) => !others.every((other) => other.labels[name] === value),
  );
  return alertText(alert, Object.fromEntries(telling));
}

function whyNotAlways(
  expectation: Expectation,
  fired: Episode | null,
  evidence: Evidence,
): readonly string[] {
  const { recording, known } = evidence;
  const { alert } = expectation;
  if (fired === null) return whyNotFired(expectation, [], "it never fired", evidence);
  if (fired.firingMs === null || fired.firingMs > recording.startMs)
    return ["it did not fire from the beginning"];
  if (fired.inactiveMs !== null) return ["it ended, and must never end"];
  return wrongLabels(fired, known.get(alert));
}

function wrongLabels({ labels }: Episode, wanted: Readonly<Record<string, string>> = {}): readonly string[] {
  return Object.entries(wanted).flatMap(([name, value]) =>
    labels[name] === value ? [] : [`its label ${name} is ${labels[name] ?? "missing"}, not ${value}`],
  );
}

/** What an alert did instead of firing with the labels that were expected, and why. */
function whyNotFired(
  expectation: Expectation,
  own: readonly Episode[],
  inactive: string,
  { episodes, explain }: Evidence,
): readonly string[] {
  const instead = insteadReasons(expectation, insteadOf(expectation, episodes));
  const pending = own.length === 0 ? [] : ["it became pending and did not fire"];
  if (instead.length > 0) return [...pending, ...instead];
  const because = explain(expectation);
  return [`${pending[0] ?? inactive}${because === null ? "" : `: ${because}`}`];
}

function whyNotProven(
  expectation: Expectation,
  own: readonly Episode[],
  fired: Episode | null,
  given: Evidence,
): readonly string[] {
  const { alert, within, resolves, evidence } = expectation;
  const { recording, known, scenario, engine } = given;
  const seconds = since(recording);
  if (!known.has(alert)) return ["there is no rule for it"];
  if (fired === null || fired.firingMs === null) {
    return whyNotFired(expectation, own, "it stayed inactive", given);
  }
  const reasons: string[] = [];
  const firstFaultMs = firstFaultOf(recording);
  if (fired.activeMs < recording.warmMs) reasons.push("it was active before the fault");
  if (fired.firingMs > recording.clearedMs) reasons.push("it fired only after the fault was gone");
  const limitMs = durationMs(within ?? scenario.hold);
  if (fired.firingMs - firstFaultMs > limitMs) {
    reasons.push(
      `it fired ${seconds(fired.firingMs) - seconds(firstFaultMs)} s after the fault, not within ${limitMs / MS_PER_S} s`,
    );
  }
  if (resolves) reasons.push(...whyNotResolved(fired, own, recording));
  if (Object.values(fired.annotations).some((text) => text.includes(FAILED_TEMPLATE))) {
    reasons.push("an annotation could not be rendered");
  }
  reasons.push(...wrongLabels(fired, known.get(alert)));
  if (evidence !== undefined && !holds(evidence, fired.firingMs, engine)) {
    reasons.push(`it fired for another reason: ${evidence} gave nothing`);
  }
  return reasons;
}

function holds(evidence: string, atMs: number, engine: Engine): boolean {
  const { value } = engine.instant(parseExpr(evidence), atMs);
  return value.kind === "vector" && value.samples.length > 0;
}

function whyNotResolved(fired: Episode, own: readonly Episode[], recording: Recording): readonly string[] {
  const { inactiveMs } = fired;
  if (
    inactiveMs === null ||
    own.some((episode) => episode.firingMs !== null && episode.inactiveMs === null)
  ) {
    return ["it did not resolve after the fault was gone"];
  }
  return inactiveMs < recording.clearedMs ? ["it resolved while the fault was still there"] : [];
}

/** What was active although nothing was broken yet. */
function unrest({ scenario, recording, episodes }: Evidence): readonly string[] {
  const isAlways = (alert: string) => isDeadMansSwitch(alert, scenario, episodes);
  const early = episodes.filter(({ alert, activeMs }) => activeMs < recording.warmMs && !isAlways(alert));
  return [...new Set(early.map(({ alert }) => alert))].map(
    (alert) => `${alert} was active in the warm-up, when nothing was broken`,
  );
}

/** Expected to fire always, or a rule of severity `none`: such alerts say that alerting works. */
function isDeadMansSwitch(alert: string, { expect }: Scenario, episodes: readonly Episode[]): boolean {
  if (expect.some((expectation) => expectation.alert === alert && expectation.always)) return true;
  return episodes.some((episode) => episode.alert === alert && episode.severity === "none");
}

/** What fired without being expected, with the reason why that is allowed. */
function otherAlerts({ scenario, recording, episodes }: Evidence): readonly OtherAlert[] {
  const seconds = since(recording);
  const declared = companions(scenario);
  const told = new Set(scenario.expect.flatMap((expectation) => insteadOf(expectation, episodes)));
  return episodes.flatMap((episode): OtherAlert[] => {
    const { alert, firingMs, inactiveMs, labels } = episode;
    if (firingMs === null || isDeadMansSwitch(alert, scenario, episodes)) return [];
    if (told.has(episode) || scenario.expect.some((expectation) => isMeant(expectation, episode))) return [];
    return [
      {
        alert,
        labels,
        firing_at_s: seconds(firingMs),
        resolved_at_s: inactiveMs === null ? null : seconds(inactiveMs),
        because: declared.find((companion) => companion.alert === alert)?.because ?? null,
      },
    ];
  });
}

/** What the scenario allows, then what its faults declare. */
function companions({ may, faults }: Scenario): readonly Companion[] {
  const ofFaults = faults.flatMap(({ fault: name }) => {
    const { raises, mayRaise } = findFault(name);
    return [...mayRaise, ...raises.map((alert) => ({ alert, because: `the fault ${name} raises it` }))];
  });
  return [...may, ...ofFaults];
}
