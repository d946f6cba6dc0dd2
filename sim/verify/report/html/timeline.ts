// The timeline of a scenario as lanes over one time axis: its phases, each fault, each alert with its states. Plain HTML,
// so that it is there without a script, in print and for those who listen to it.

import { durationText } from "../../../scenarios/duration.ts";
import type { AlertProof, ScenarioReport } from "../report.ts";
import { alertText } from "../results.ts";
import { type Html, html } from "./markup.ts";

type SegmentKind = "warm-up" | "hold" | "settle" | "fault" | "pending" | "firing" | "allowed" | "undeclared";

interface Segment {
  readonly kind: SegmentKind;
  readonly from: number;
  readonly until: number;
  readonly label: string;
}

interface Lane {
  readonly name: string;
  readonly segments: readonly Segment[];
}

/** Widths of the steps of the axis, in seconds; the first that gives few enough is taken. */
const STEPS = [60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400];
const MAX_TICKS = 10;

export function timeline(scenario: ScenarioReport): Html {
  const { end_s } = scenario;
  const lanes = [
    phases(scenario),
    ...faults(scenario),
    ...scenario.alerts.map((proof) => lane(proof, end_s)),
    ...others(scenario),
  ];
  return html`<div class="timeline" role="table" aria-label="Timeline">${lanes.map((each) => laneRow(each, end_s))}<div class="lane axis" aria-hidden="true"><div></div><div class="track">${ticks(
    end_s,
  ).map(
    (at) => html`<span style="left:${percent(at, end_s)}%">${durationText(at)}</span>`,
  )}</div></div></div>`;
}

/** The states of one proof as a strip without a name, for a cell of a table. */
export function miniature(proof: AlertProof, { end_s, faults: applied }: ScenarioReport): Html {
  const drawn = [
    ...applied.map(({ applied_at_s, cleared_at_s }) => segment("fault", applied_at_s, cleared_at_s, "")),
    ...lane(proof, end_s).segments,
  ];
  return html`<span class="track mini" aria-hidden="true">${drawn.map((each) => bar(each, end_s))}</span>`;
}

function laneRow({ name, segments }: Lane, endS: number): Html {
  return html`<div class="lane" role="row"><div role="rowheader" title="${name}">${name}</div><div class="track" role="cell">${segments.map((each) => bar(each, endS))}</div></div>`;
}

function bar({ kind, from, until, label }: Segment, endS: number): Html {
  const text = `${label} ${durationText(from)} to ${durationText(until)}`.trim();
  const style = `left:${percent(from, endS)}%;width:${percent(until - from, endS)}%`;
  return html`<span class="bar ${kind}" style="${style}" title="${text}"><span>${label}</span><span class="sr">${text}</span></span>`;
}

function percent(value: number, endS: number): string {
  const share = endS > 0 ? (value / endS) * 100 : 0;
  return Math.min(100, Math.max(0, share)).toFixed(3);
}

function segment(kind: SegmentKind, from: number, until: number, label: string = kind): Segment {
  return { kind, from, until, label };
}

function phases({ warm_up_s, cleared_at_s, end_s, faults: applied }: ScenarioReport): Lane {
  const during = applied.length > 0 ? "hold" : "healthy traffic";
  const segments = [
    segment("warm-up", 0, warm_up_s, "warm-up"),
    segment("hold", warm_up_s, cleared_at_s, during),
    segment("settle", cleared_at_s, end_s, "settle"),
  ];
  return { name: "phases", segments: segments.filter(({ from, until }) => until > from) };
}

function faults(scenario: ScenarioReport): readonly Lane[] {
  return scenario.faults.map(({ fault, applied_at_s, cleared_at_s, hits }) => ({
    name: fault,
    segments: [segment("fault", applied_at_s, cleared_at_s, `fault, took ${hits}×`)],
  }));
}

/** With other labels than expected too, where it never fired with those: what the chart shows. */
function lane({ name, instead, ...proof }: AlertProof, endS: number): Lane {
  const mistaken = instead.flatMap((active) => {
    const labels = alertText("", tellingLabels(active.labels));
    return stateSegments(active, endS, (state) => `${state} with other labels ${labels}`);
  });
  return { name, segments: [...stateSegments(proof, endS, (state) => state), ...mistaken] };
}

function stateSegments(
  {
    pending_at_s,
    firing_at_s,
    resolved_at_s,
  }: Pick<AlertProof, "pending_at_s" | "firing_at_s" | "resolved_at_s">,
  endS: number,
  labelOf: (state: "pending" | "firing") => string,
): readonly Segment[] {
  const end = resolved_at_s ?? endS;
  const pendingFrom = pending_at_s ?? firing_at_s;
  const segments: Segment[] = [];
  if (pendingFrom !== null && pendingFrom !== firing_at_s) {
    segments.push(segment("pending", pendingFrom, firing_at_s ?? end, labelOf("pending")));
  }
  if (firing_at_s !== null) segments.push(segment("firing", firing_at_s, end, labelOf("firing")));
  return segments;
}

function others({ others: fired, end_s }: ScenarioReport): readonly Lane[] {
  return fired.map(({ alert, labels, firing_at_s, resolved_at_s, because }) => {
    const kind = because === null ? "undeclared" : "allowed";
    const label = because === null ? "not declared" : "allowed";
    return {
      name: alertText(alert, tellingLabels(labels)),
      segments: [segment(kind, firing_at_s, resolved_at_s ?? end_s, label)],
    };
  });
}

/** Labels of every alert say little in a narrow column, where those that tell its instances apart must be seen. */
function tellingLabels(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !OF_EVERY_ALERT.has(name)));
}

const OF_EVERY_ALERT: ReadonlySet<string> = new Set(["severity", "priority"]);

function ticks(endS: number): readonly number[] {
  const step = STEPS.find((width) => endS / width <= MAX_TICKS) ?? endS / MAX_TICKS;
  return Array.from({ length: Math.floor(endS / step) + 1 }, (_, index) => index * step);
}
