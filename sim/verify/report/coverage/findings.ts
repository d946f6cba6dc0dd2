// What all reports of coverage say in the same words. Findings are what is wrong with the rules: names and label
// values that mean nothing, rules that cannot be evaluated, alarms without a fault; or with a scenario, whose fault did not take. That nothing raises
// an alert, or nothing notices a fault, is a result: rules may be about other systems, and a site may not care for every
// fault.

import { type FilePosition, placeText } from "../../../../src/promql/rules/rule.ts";
import { durationText } from "../../../scenarios/duration.ts";
import { counted, spanText } from "../results.ts";
import type {
  AlertCoverage,
  CoverageReport,
  FaultCoverage,
  LabelMismatch,
  Silence,
  UnknownSeries,
  UnknownUse,
  UnknownValue,
} from "./coverage.ts";

/** `file:line`, where there is little room. */
function lineText({ file, line }: FilePosition): string {
  return `${file}:${line}`;
}

/** Something that is wrong with the rules, or with a scenario that was to try them. */
export interface CoverageFinding {
  /** Short, for lists of findings: the rule and its place, or the scenario. */
  readonly subject: string;
  /** The rule, and the place in it; `null` if it is about a scenario. */
  readonly rule: { readonly name: string; readonly position: FilePosition } | null;
  /** One sentence, with file, line and column. */
  readonly text: string;
}

/** None = the rules are sound. */
export function findingsOf(report: CoverageReport): readonly CoverageFinding[] {
  const { alerts, problems, unknown, unknown_values, scenario_findings } = report;
  return [
    ...problems.map(({ rule, position, reason }) =>
      ofRule(rule, position, `${placeText(position)}: ${rule}: ${reason}`),
    ),
    ...unknown.map((use) => ofRule(use.rule, use.position, unknownText(use))),
    ...unknown_values.map((use) => ofRule(use.rule, use.position, unknownValueText(use))),
    ...alerts.flatMap(({ alert, position, without_fault }) => {
      const names = shortList(without_fault);
      const text = `${placeText(position)}: ${alert} fires though nothing is broken (${names})`;
      return without_fault.length === 0 ? [] : [ofRule(alert, position, text)];
    }),
    ...scenario_findings.map(({ scenario, finding }) => ({
      subject: `scenario ${scenario}`,
      rule: null,
      text: `${scenario}: ${finding}`,
    })),
  ];
}

function ofRule(name: string, position: FilePosition, text: string): CoverageFinding {
  return { subject: `${name} (${placeText(position)})`, rule: { name, position }, text };
}

/** The same as sentences. */
export function coverageFindings(report: CoverageReport): readonly string[] {
  return findingsOf(report).map(({ text }) => text);
}

/** So many names are listed; a rule may fire in all scenarios. */
const MAX_NAMES = 3;
/** Enough for every label but that of models. */
const MAX_VALUES = 12;

function shortList(names: readonly string[], max = MAX_NAMES): string {
  const more = names.length - max;
  return more <= 0 ? names.join(", ") : `${names.slice(0, max).join(", ")} and ${more} more`;
}

function unknownText({ rule, series, position, nearest }: UnknownUse): string {
  const hint = nearest === null ? "" : `; did you mean ${nearest}?`;
  return `${placeText(position)}: ${rule} needs ${series}, which ${nobodyText(series)}${hint}`;
}

function unknownValueText(use: UnknownValue): string {
  const { rule, series, matcher, label, position, values, nearest, target_label } = use;
  const given = values.length === 1 ? "is always" : "is one of";
  const fact = withTargetHint(`its ${label} ${given} ${shortList(values, MAX_VALUES)}`, target_label);
  const hint = nearest === null ? "" : `; did you mean ${nearest}?`;
  return `${placeText(position)}: ${rule} asks for ${series}{${matcher}}, but ${fact}${hint}`;
}

/** Alerts that nothing raised: one sentence each, with where it stands and why. */
export function silentAlerts({ alerts }: CoverageReport): readonly string[] {
  return alerts.flatMap(({ alert, position, silence }) =>
    silence === null ? [] : [`${placeText(position)}: ${alert}: ${silenceText(silence)}`],
  );
}

/** @param where the one scenario that was looked at; default: several, and the one that is meant is named */
export function silenceText(silence: Silence, where: string | null = null): string {
  const inScenario = (name: string) => (where === null ? `, in ${name}` : "");
  switch (silence.kind) {
    case "unknown-series":
      return [...Map.groupBy(new Set(silence.unknown.map(seriesOf)), isRecorded)]
        .map(([recorded, names]) =>
          recorded
            ? `no component exports ${names.join(", ")} and no rule records it`
            : `no component exports ${names.join(", ")}`,
        )
        .join("; ");
    case "no-samples": {
      const hints = silence.mismatches.map(mismatchText);
      const scope = where === null ? "no scenario has a series" : `${where} has no series`;
      return `${scope} that fits ${[silence.selector, ...hints].join("; ")}`;
    }
    case "threshold-not-reached": {
      const { value, comparison, threshold, nearest, scenario } = silence;
      return `${value} was never ${comparison} ${threshold}; the nearest was ${Number(nearest.toPrecision(6))}${inScenario(scenario)}`;
    }
    case "never-held":
      return `${silence.condition} never held, though both sides had values`;
    case "too-short": {
      const { for_s, longest_s, scenario } = silence;
      return `it was pending for ${durationText(longest_s)} at most${inScenario(scenario)}; its \`for\` is ${durationText(for_s)}`;
    }
    case "always":
      return "it fires all the time, as a dead man's switch does";
    case "no-result":
      return `${silence.expr} never gave a number`;
  }
}

/** By convention names of series that rules record have colons, and those of components none. */
function isRecorded(series: string): boolean {
  return series.includes(":");
}

function nobodyText(series: string): string {
  return isRecorded(series) ? "no component exports and no rule records" : "no component exports";
}

function mismatchText({ label, values, target_label }: LabelMismatch): string {
  const fact = values.length === 0 ? `there is no label ${label}` : `${label} is one of ${values.join(", ")}`;
  return withTargetHint(fact, target_label);
}

function withTargetHint(fact: string, target_label: string | null): string {
  if (target_label === null) return fact;
  // Of jobs each component usually has its own.
  const ofOne = target_label.startsWith("job=") ? `, or COMPONENT:${target_label} for those of one` : "";
  return `${fact} (if your targets have it: --target-labels ${target_label}${ofOne})`;
}

function seriesOf({ series }: UnknownSeries): string {
  return series;
}

/** Faults that no alert noticed, by scenario. */
export function unnoticedFaults({ faults }: CoverageReport): readonly string[] {
  return faults
    .filter(({ noticed_by }) => noticed_by.length === 0)
    .map((fault) => `${fault.scenario}${faultsSuffix(fault)}`);
}

/** The names of the faults, where the scenario is not named after its only one. */
function faultsSuffix({ scenario, faults }: FaultCoverage): string {
  return faults.length === 1 && faults[0] === scenario ? "" : ` (${faults.join(", ")})`;
}

/** `12 of 14 alerts are raised, 20 of 22 faults noticed, 6.1 h virtual in 30 s`. */
export function coverageSentence(report: CoverageReport): string {
  const { virtual_seconds, real_seconds } = report.run;
  return `${coverageTally(report)}, ${spanText(virtual_seconds)} virtual in ${spanText(real_seconds)}`;
}

/** The same without what differs between two runs. */
export function coverageTally(report: CoverageReport): string {
  const { alerts, faults } = report;
  const raised = alerts.filter(({ raised_by }) => raised_by.length > 0).length;
  const noticed = faults.filter(({ noticed_by }) => noticed_by.length > 0).length;
  const findings = coverageFindings(report).length;
  const suffix = findings === 0 ? "" : `, ${counted(findings, "finding")}`;
  return `${raised} of ${counted(alerts.length, "alert")} raised, ${noticed} of ${counted(faults.length, "scenario")} noticed${suffix}`;
}

export const ALERT_HEADINGS = ["alert", "severity", "raised by", "fastest", "in", "rule"] as const;

/** A row under {@link ALERT_HEADINGS}. */
export function alertRow({
  alert,
  severity,
  raised_by,
  position,
}: AlertCoverage): readonly (string | null)[] {
  const [fastest] = raised_by;
  const by = raised_by.length === 0 ? "nothing" : counted(raised_by.length, "scenario");
  const scenario = fastest?.scenario ?? null;
  return [alert, severity, by, detectionText(fastest?.detection_s), scenario, lineText(position)];
}

export const FAULT_HEADINGS = ["scenario", "first alert", "after", "rule", "then"] as const;

/** A row under {@link FAULT_HEADINGS}. */
export function faultRow(fault: FaultCoverage): readonly (string | null)[] {
  const [first, ...others] = fault.noticed_by;
  const name = `${fault.scenario}${faultsSuffix(fault)}`;
  const then = others.map(({ alert, detection_s }) => `${alert} ${durationText(detection_s)}`).join(", ");
  const rule = first === undefined ? null : lineText(first.position);
  const after = detectionText(first?.detection_s);
  return [name, first?.alert ?? "nothing", after, rule, then === "" ? null : then];
}

function detectionText(seconds: number | undefined): string | null {
  return seconds === undefined ? null : durationText(seconds);
}
