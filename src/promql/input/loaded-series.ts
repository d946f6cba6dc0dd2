// Series to evaluate over, from a text: the `load` commands of an engine test, or one exposition.

import { DashstreamError, describeError } from "../../errors.ts";
import { parseExposition } from "../exposition.ts";
import { SeriesStore } from "../series-store.ts";
import { parseScript } from "../testing/parse-script.ts";
import type { Load } from "../testing/script.ts";

export interface LoadedInput {
  readonly store: SeriesStore;
  /** Where times that are durations count from: the first sample, for `load` commands 0. */
  readonly startMs: number;
  /** Of the last sample. */
  readonly endMs: number;
}

/**
 * @param file its name, for errors
 * @param nowMs time of samples without one
 * @throws DashstreamError `usage` if the text is neither, `promql_invalid` if it is a script with an error,
 * `promql_unsupported` if it has native histograms or start timestamps
 */
export function loadSeries(text: string, file: string, nowMs: number): LoadedInput {
  const isScript = /^\s*load(?:_with_nhcb)?\s+\S+\s*$/im.test(text);
  return isScript ? loadScript(text, file) : loadExposition(text, file, nowMs);
}

/** Evaluations in the script are passed over. */
function loadScript(text: string, file: string): LoadedInput {
  let store = new SeriesStore();
  for (const command of parseScript(text, file)) {
    if (command.kind === "clear") store = new SeriesStore();
    if (command.kind === "load") load(command, store, file);
  }
  return { store, startMs: 0, endMs: endOf(store, 0) };
}

function load({ series, unsupported, intervalMs }: Load, store: SeriesStore, file: string): void {
  const [first] = unsupported;
  if (first) throw new DashstreamError("promql_unsupported", `${file}: ${first.labels}: ${first.reason}`);
  for (const { labels, values, line } of series) {
    if (store.get(labels)) {
      throw new DashstreamError("promql_invalid", `${file}:${line}: ${labels} is loaded a second time`);
    }
    for (const [index, value] of values.entries()) {
      if (value !== undefined) store.append(labels, index * intervalMs, value);
    }
  }
}

function loadExposition(text: string, file: string, nowMs: number): LoadedInput {
  try {
    const samples = parseExposition(text).map((sample) => ({
      ...sample,
      atMs: sample.timestampMs ?? nowMs,
    }));
    const store = new SeriesStore();
    for (const { labels, value, atMs } of samples.toSorted((a, b) => a.atMs - b.atMs)) {
      store.append(labels, atMs, value);
    }
    const startMs = samples.reduce((least, { atMs }) => Math.min(least, atMs), nowMs);
    return { store, startMs, endMs: endOf(store, nowMs) };
  } catch (cause) {
    throw new DashstreamError("usage", notMetrics(file, cause), { cause });
  }
}

/** What is said of a text, from a file or a URL, that cannot be read. */
export function notMetrics(place: string, cause: unknown): string {
  return `${place}: this is not the Prometheus text format: ${describeError(cause)}`;
}

function endOf(store: SeriesStore, otherwiseMs: number): number {
  const ends = [...store.all()].map(({ timestampsMs }) => timestampsMs.at(-1) ?? otherwiseMs);
  return ends.length === 0 ? otherwiseMs : ends.reduce((latest, end) => Math.max(latest, end));
}
