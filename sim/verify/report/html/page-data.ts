// What the script of the page needs to draw its charts: the data between the report and the browser.

import type { AlertChart, ScenarioReport, StateSpan } from "../report.ts";

export interface PageSpan {
  readonly from: number;
  readonly until: number;
}

export interface PageChart {
  readonly title: string;
  readonly times: readonly number[];
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
  readonly threshold: number | null;
  readonly pending: readonly PageSpan[];
  readonly firing: readonly PageSpan[];
  readonly faults: readonly PageSpan[];
  /** Start and end of the time axis. */
  readonly span: PageSpan;
}

/** Charts by the id of their element. */
export type PageData = Readonly<Record<string, PageChart>>;

/** Digits that a chart can show; more would only make the file larger. */
const DIGITS = 6;

export function chartId(scenarioIndex: number, chartIndex: number): string {
  return `chart-${scenarioIndex}-${chartIndex}`;
}

/** Charts that have something to show. */
export function drawnCharts({ charts }: ScenarioReport): readonly AlertChart[] {
  return charts.filter(({ series }) => series.some(({ values }) => values.some(isShown)));
}

export function pageData(scenarios: readonly ScenarioReport[]): PageData {
  const entries = scenarios.flatMap((scenario, scenarioIndex) =>
    drawnCharts(scenario).map((chart, chartIndex): [string, PageChart] => [
      chartId(scenarioIndex, chartIndex),
      {
        title: chart.alert,
        times: chart.times_s,
        series: chart.series.map(({ name, values }) => ({ name, values: values.map(shortened) })),
        threshold: chart.threshold,
        pending: spansOf(chart.states, "pending", scenario.end_s),
        firing: spansOf(chart.states, "firing", scenario.end_s),
        faults: scenario.faults.map(({ applied_at_s, cleared_at_s }) => ({
          from: applied_at_s,
          until: cleared_at_s,
        })),
        span: { from: 0, until: scenario.end_s },
      },
    ]),
  );
  return Object.fromEntries(entries);
}

/** Values that no axis has, such as NaN, are gaps. */
function shortened(value: number | null): number | null {
  return isShown(value) ? Number(value.toPrecision(DIGITS)) : null;
}

function isShown(value: number | null): value is number {
  return value !== null && Number.isFinite(value);
}

export function spansOf(
  states: readonly StateSpan[],
  state: StateSpan["state"],
  endS: number,
): readonly PageSpan[] {
  return states
    .filter((span) => span.state === state)
    .map(({ from_s, until_s }) => ({ from: from_s, until: until_s ?? endS }));
}
