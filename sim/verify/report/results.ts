// What all reports of a verification say in the same words: the count of what is proven, one row for each proof, and
// why something failed.

import { durationText } from "../../scenarios/duration.ts";
import type { AlertProof, OtherAlert, ScenarioReport, VerifyReport } from "./report.ts";

export interface Tally {
  /** Names of alerts; one that several scenarios prove counts once, and only if all of them do. */
  readonly alertCount: number;
  readonly provenCount: number;
  readonly scenarioCount: number;
  readonly failedScenarioCount: number;
}

export function tally({ alerts, scenarios }: VerifyReport): Tally {
  const names = new Set(alerts.map(({ alert }) => alert));
  const unproven = new Set(alerts.filter(({ proven }) => !proven).map(({ alert }) => alert));
  return {
    alertCount: names.size,
    provenCount: names.size - unproven.size,
    scenarioCount: scenarios.length,
    failedScenarioCount: scenarios.filter(({ ok }) => !ok).length,
  };
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** What was proven, without anything that differs between two runs. */
export function tallySentence(report: VerifyReport): string {
  const { alertCount, provenCount, scenarioCount, failedScenarioCount } = tally(report);
  const failed = failedScenarioCount === 0 ? "" : `, ${failedScenarioCount} failed`;
  return `${provenCount} of ${counted(alertCount, "alert")} proven in ${counted(scenarioCount, "scenario")}${failed}`;
}

/** `33 of 33 alerts proven in 29 scenarios, 12.3 h virtual in 41 s`. */
export function summarySentence(report: VerifyReport): string {
  return `${tallySentence(report)}, ${timeSentence(report)}`;
}

/** `12.3 h virtual in 41 s`; of a drill, whose time is real, only that. */
export function timeSentence({ engine, run }: Pick<VerifyReport, "engine" | "run">): string {
  const real = spanText(run.real_seconds);
  return engine === "prometheus" ? `live in ${real}` : `${spanText(run.virtual_seconds)} virtual in ${real}`;
}

/** What a second of a drill's times is; `null` of a run in virtual time, which has no other. */
export function clockSentence({ scale }: Pick<VerifyReport, "scale">): string | null {
  if (scale === undefined) return null;
  const real = "times are real ones, from the start of each scenario";
  return scale === 1
    ? real
    : `${real}: at scale ${scale} a second of them is ${durationText(scale)} of the scenario`;
}

/** A span in one unit that fits it, for sentences. */
export function spanText(seconds: number): string {
  if (seconds >= 7200) return `${tenths(seconds / 3600)} h`;
  if (seconds >= 120) return `${tenths(seconds / 60)} min`;
  return seconds >= 10 ? `${Math.round(seconds)} s` : `${tenths(seconds)} s`;
}

function tenths(value: number): number {
  return Number(value.toFixed(1));
}

export const RESULT_HEADINGS = [
  "alert",
  "scenario",
  "verdict",
  "pending",
  "firing",
  "resolved",
  "detection",
] as const;

/** One row under {@link RESULT_HEADINGS}; `null` is what never happened. */
export interface ResultRow {
  readonly verdict: "proven" | "not proven";
  /** From `pending` on. */
  readonly times: readonly (string | null)[];
}

export function resultRow(proof: AlertProof): ResultRow {
  const times = [proof.pending_at_s, proof.firing_at_s, proof.resolved_at_s, proof.detection_s];
  return { verdict: proof.proven ? "proven" : "not proven", times: times.map(timeText) };
}

function timeText(seconds: number | null): string | null {
  return seconds === null ? null : durationText(seconds);
}

/** `name{a="b"}`, the labels in the order of their names. */
export function alertText(alert: string, labels: Readonly<Record<string, string>>): string {
  const pairs = Object.keys(labels)
    .filter((name) => name !== "alertname")
    .sort()
    .map((name) => `${name}=${JSON.stringify(labels[name])}`);
  return pairs.length === 0 ? alert : `${alert}{${pairs.join(", ")}}`;
}

/** When another alert fired, and why that is allowed if it is. */
function otherText({ alert, labels, firing_at_s, resolved_at_s, because }: OtherAlert): string {
  const end = resolved_at_s === null ? "not resolved" : `resolved at ${durationText(resolved_at_s)}`;
  const reason = because === null ? "nothing declares it" : because;
  return `${alertText(alert, labels)} fired at ${durationText(firing_at_s)}, ${end}: ${reason}`;
}

export interface Failure {
  readonly title: string;
  /** `null`: of no single scenario. */
  readonly scenario: string | null;
  readonly reasons: readonly string[];
}

const NO_REASON = "it failed, and no reason was noted";

/** Why an alert is not proven; empty if it is. */
export function proofReasons({ proven, reasons }: AlertProof): readonly string[] {
  if (proven) return [];
  return reasons.length > 0 ? reasons : [NO_REASON];
}

/** What went wrong in a scenario besides its alerts; empty if nothing did. */
export function scenarioReasons({ ok, alerts, others, findings }: ScenarioReport): readonly string[] {
  const undeclared = others.filter(({ because }) => because === null).map(otherText);
  const reasons = [...findings, ...undeclared];
  const isExplained = ok || reasons.length > 0 || alerts.some(({ proven }) => !proven);
  return isExplained ? reasons : [NO_REASON];
}

/** Everything that failed, by scenario in the order of the report, what concerns all of them last. */
export function failuresOf({ scenarios, findings }: VerifyReport): readonly Failure[] {
  const ofScenarios = scenarios.flatMap((report) => {
    const { scenario } = report;
    return [
      ...report.alerts.map((proof) => ({
        title: `${proof.name} is not proven by ${scenario}`,
        scenario,
        reasons: proofReasons(proof),
      })),
      { title: `scenario ${scenario}`, scenario, reasons: scenarioReasons(report) },
    ];
  });
  return [...ofScenarios, { title: "findings", scenario: null, reasons: findings }].filter(
    ({ reasons }) => reasons.length > 0,
  );
}

/** Alerts that fired beside the aim, as their scenarios allow it: one text each. */
export function allowedOthers({ others }: ScenarioReport): readonly string[] {
  return others.filter(({ because }) => because !== null).map(otherText);
}
