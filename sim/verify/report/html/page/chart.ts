// One chart: the series of an alert's expression, its threshold, and behind them the fault and the states as bands.

import type uPlot from "uplot";
import { durationText } from "../../../../scenarios/duration.ts";
import type { PageChart, PageSpan } from "../page-data.ts";
import { color, seriesColor } from "./theme.ts";

declare global {
  interface Window {
    /** The script of uPlot stands before this one in the page. */
    readonly uPlot: typeof uPlot;
  }
}

/** A series whose expression left no labels. */
const NO_LABELS = "{}";
const HEIGHT = 220;
/** Values at the upper edge keep this share of the height free. */
const HEADROOM = 0.08;

/** A number in few digits, as an axis shows it. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9) return `${Number((value / 1e9).toPrecision(3))}G`;
  if (size >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  if (size >= 1e4) return `${Number((value / 1e3).toPrecision(3))}k`;
  return String(Number(value.toPrecision(3)));
}

/** Draws `chart` into `place`; it takes the width that is there, also when that changes. */
export function drawChart(chart: PageChart, place: HTMLElement, syncKey: string): uPlot {
  const thresholdSeries = chart.threshold === null ? [] : [chart.times.map(() => chart.threshold)];
  const data = [chart.times, ...chart.series.map(({ values }) => values), ...thresholdSeries];
  const plot = new window.uPlot(options(chart, place.clientWidth, syncKey), data as uPlot.AlignedData, place);
  new ResizeObserver(() => {
    if (place.clientWidth > 0) plot.setSize({ width: place.clientWidth, height: HEIGHT });
  }).observe(place);
  return plot;
}

function options(chart: PageChart, width: number, syncKey: string): uPlot.Options {
  const axis = {
    stroke: () => color("muted"),
    grid: { stroke: () => color("grid"), width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height: HEIGHT,
    cursor: { sync: { key: syncKey }, drag: { x: true, y: false }, points: { size: 6 } },
    scales: {
      x: { time: false, range: (_, from, until) => zoomed(chart.span, from, until) },
      y: { range: (_, min, max) => heights(min, max) },
    },
    axes: [
      {
        ...axis,
        values: (_, splits) => splits.map(durationText),
        incrs: [15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200],
        space: 64,
      },
      { ...axis, values: (_, splits) => splits.map(short), size: 56 },
    ],
    series: [
      { label: "time", value: (_, at) => (at === null ? "–" : durationText(at)) },
      ...chart.series.map(({ name }, index) => line(name, index)),
      ...(chart.threshold === null ? [] : [thresholdLine(chart.threshold)]),
    ],
    hooks: { drawClear: [(plot) => drawBands(plot, chart)] },
  };
}

/** All of the scenario, unless somebody has chosen a part of it. */
function zoomed(
  { from: start, until: end }: PageSpan,
  from: number | null,
  until: number | null,
): [number, number] {
  return from === null || until === null || (from <= start + 1 && until >= end - 61)
    ? [start, end]
    : [from, until];
}

/** From 0, or below it, to above the highest; the threshold is a series and so is always seen. */
function heights(min: number | null, max: number | null): [number, number] {
  const low = Math.min(0, min ?? 0);
  const high = Math.max(max ?? 1, low);
  const span = high - low || 1;
  return [low < 0 ? low - span * HEADROOM : low - span * 0.02, high + span * HEADROOM];
}

function line(name: string, index: number): uPlot.Series {
  return {
    label: name === NO_LABELS ? "value" : name,
    stroke: () => seriesColor(index),
    width: 1.75,
    spanGaps: false,
    points: { show: false },
    value: (_, value, __, index) => (index === null ? "–" : value === null ? "no value" : short(value)),
  };
}

function thresholdLine(threshold: number): uPlot.Series {
  return {
    label: "threshold",
    stroke: () => color("threshold"),
    width: 1.5,
    dash: [6, 4],
    points: { show: false },
    value: () => short(threshold),
  };
}

function drawBands(plot: uPlot, { faults, pending, firing }: PageChart): void {
  const { ctx, bbox } = plot;
  const fill = (spans: readonly PageSpan[], style: string) => {
    ctx.fillStyle = style;
    for (const { from, until } of spans) {
      const left = Math.max(bbox.left, plot.valToPos(from, "x", true));
      const right = Math.min(bbox.left + bbox.width, plot.valToPos(until, "x", true));
      if (right > left) ctx.fillRect(left, bbox.top, right - left, bbox.height);
    }
  };
  ctx.save();
  fill(faults, color("band-fault"));
  fill(pending, color("band-pending"));
  fill(firing, color("band-firing"));
  edges(plot, faults);
  ctx.restore();
}

/** Where faults begin and end, so that they show below the states too. */
function edges({ ctx, bbox, valToPos }: uPlot, spans: readonly PageSpan[]): void {
  ctx.strokeStyle = color("fault");
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
  for (const at of spans.flatMap(({ from, until }) => [from, until])) {
    const x = valToPos(at, "x", true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
}
