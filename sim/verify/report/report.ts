// What a verification found, as data. Every report (terminal, JSON, JUnit, Markdown, HTML) is made from this. Keys are
// those of the JSON document; all times are seconds since the start of the scenario.

/** A state of an alert over time; `until_s` is `null` if it lasted to the end. */
export interface StateSpan {
  readonly state: "pending" | "firing";
  readonly from_s: number;
  readonly until_s: number | null;
}

/** One alert that a scenario must prove. */
export interface AlertProof {
  readonly alert: string;
  /** As reports call it: the alert, with labels that tell them apart if the scenario expects it several times. */
  readonly name: string;
  readonly scenario: string;
  readonly severity: string;
  /** Inactive in the warm-up, pending, firing, resolved after the fault, and nothing undeclared beside it. */
  readonly proven: boolean;
  readonly pending_at_s: number | null;
  readonly firing_at_s: number | null;
  /** When it was inactive again, also where it was only pending. */
  readonly resolved_at_s: number | null;
  /** From the first fault to firing. */
  readonly detection_s: number | null;
  /** Names of alerts that fired in this scenario and were not declared. */
  readonly unexpected: readonly string[];
  /** As rendered when it fired; empty if it did not. */
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** When it was active with other labels, where it never fired with those that the scenario expects. */
  readonly instead: readonly InsteadAlert[];
  /** Why it is not proven; empty if it is. */
  readonly reasons: readonly string[];
}

/** An expected alert with labels that were not expected. */
export interface InsteadAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly pending_at_s: number;
  readonly firing_at_s: number | null;
  readonly resolved_at_s: number | null;
}

/** An alert that fired without being the aim of the scenario. */
export interface OtherAlert {
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly firing_at_s: number;
  readonly resolved_at_s: number | null;
  /** Why the scenario or its fault allows it; `null` = it does not, and the scenario has failed. */
  readonly because: string | null;
}

export interface FaultReport {
  readonly fault: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly applied_at_s: number;
  readonly cleared_at_s: number;
  /** How often it took; 0 fails the scenario. */
  readonly hits: number;
}

/** What a chart of one alert needs. Not part of the JSON document. */
export interface AlertChart {
  readonly alert: string;
  /** The expression without its comparison, as evaluated for the chart; `null` points are gaps. */
  readonly expr: string;
  readonly times_s: readonly number[];
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
  /** `null` if the rule compares with no number. */
  readonly threshold: number | null;
  readonly states: readonly StateSpan[];
}

export interface ScenarioReport {
  readonly scenario: string;
  readonly summary: string;
  readonly ok: boolean;
  /** Ends of the phases. */
  readonly warm_up_s: number;
  readonly cleared_at_s: number;
  readonly end_s: number;
  readonly faults: readonly FaultReport[];
  readonly alerts: readonly AlertProof[];
  readonly others: readonly OtherAlert[];
  /** What else went wrong, in sentences; not empty = failed. */
  readonly findings: readonly string[];
  readonly charts: readonly AlertChart[];
}

/** The one part of a report that differs between two runs with one seed. */
export interface RunReport {
  /** How long the whole run took by the clock of the machine; of a drill with everything that it waited for. */
  readonly real_seconds: number;
  /** Of all scenarios together; 0 of a drill. */
  readonly virtual_seconds: number;
  readonly workers: number;
  readonly max_rss_bytes: number;
  readonly runtime: string;
  readonly platform: string;
  readonly started_at: string;
}

/** Who evaluated the rules; `prometheus` is a live one, during a drill. */
export type EvaluatedBy = "dashstream" | "promtool" | "prometheus";

export interface VerifyReport {
  readonly version: string;
  readonly seed: number;
  readonly engine: EvaluatedBy;
  /** Of a drill: how many times faster than the scenarios say everything happened. Absent in virtual time. */
  readonly scale?: number;
  readonly ok: boolean;
  readonly alerts: readonly AlertProof[];
  readonly scenarios: readonly ScenarioReport[];
  /** Alerts of the rules that no scenario proves, and other findings about all of them. */
  readonly findings: readonly string[];
  readonly run: RunReport;
}

/** Told while scenarios run. */
export interface VerifyProgress {
  readonly scenario: string;
  readonly state: "started" | "passed" | "failed";
  readonly done: number;
  readonly total: number;
}
