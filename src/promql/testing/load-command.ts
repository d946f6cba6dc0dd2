// `load 1m` and the series below it. What the evaluator has no idea of, native histograms and start timestamps, is noted, so
// that expressions which read such a series can be skipped.

import type { Labels } from "../labels.ts";
import { METRIC_NAME } from "../labels.ts";
import { leadingMetric } from "../metric-notation.ts";
import { holdsHistograms, parseSeriesValues } from "../series-notation.ts";
import type { Load, LoadedSeries, UnsupportedSeries } from "./script.ts";
import type { ScriptLines } from "./script-lines.ts";

const LOAD = /^load(?:_(with_nhcb))?\s+(.+?)$/i;
/** A line of start timestamps: the metric, `@st` right behind it, durations. */
const START_TIMESTAMPS = /^(\S+)@st\s/;
const HISTOGRAM_SERIES = /^(.+)_(?:bucket|count|sum)$/;

const NATIVE_HISTOGRAMS = "native histograms are not supported";

/** The native histogram that `load_with_nhcb` makes of a classic one. */
function nativeTwin(labels: Labels): UnsupportedSeries | null {
  const [, name] = HISTOGRAM_SERIES.exec(labels.name) ?? [];
  if (name === undefined) return null;
  return { labels: labels.with({ [METRIC_NAME]: name, le: "" }), reason: NATIVE_HISTOGRAMS };
}

/** @param first the line that begins the command */
export function readLoad(lines: ScriptLines, first: string): Load {
  const [, withNative, interval] = LOAD.exec(first) ?? [];
  if (interval === undefined) throw lines.invalid(`expected load INTERVAL, not ${JSON.stringify(first)}`);
  const intervalMs = lines.durationMs(interval, "the interval");
  // The last line of the same series counts, as upstream.
  const series = new Map<string, LoadedSeries>();
  const unsupported: UnsupportedSeries[] = [];
  for (let line = lines.nextOfBlock(); line !== null; line = lines.nextOfBlock()) {
    const text = line;
    const [, metric] = START_TIMESTAMPS.exec(text) ?? [];
    if (metric !== undefined) {
      const { labels } = lines.located(() => leadingMetric(metric));
      unsupported.push({ labels, reason: "start timestamps are not supported" });
      continue;
    }
    const { labels, rest } = lines.located(() => leadingMetric(text));
    if (holdsHistograms(rest)) {
      unsupported.push({ labels, reason: NATIVE_HISTOGRAMS });
      continue;
    }
    const values = lines.located(() => parseSeriesValues(rest));
    series.set(labels.key, { labels, values, line: lines.number });
    const twin = withNative === undefined ? null : nativeTwin(labels);
    if (twin) unsupported.push(twin);
  }
  return { kind: "load", intervalMs, series: [...series.values()], unsupported };
}
