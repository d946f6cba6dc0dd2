// Broken signals: a series that rules read is not what it says. Made from the recording, because no component reads its
// own metrics: what it would have counted wrongly is seen by rules only.

import { METRIC_NAME } from "../../../src/promql/labels.ts";
import { type SampleValue, type Series, SeriesStore } from "../../../src/promql/series-store.ts";
import { isCounter } from "../late-births.ts";
import type { MutantKind } from "../report/mutation/mutation.ts";

export type SignalMutantKind = Extract<MutantKind, "not-incremented" | "born-late">;

export interface SignalMutant {
  readonly kind: SignalMutantKind;
  readonly metric: string;
}

/** One for each metric, two for counters: of others nobody expects that they are there from the start. */
export function signalMutants(metrics: readonly string[]): readonly SignalMutant[] {
  return metrics.flatMap((metric): SignalMutant[] => {
    const still: SignalMutant = { kind: "not-incremented", metric };
    return isCounter(metric) ? [still, { kind: "born-late", metric }] : [still];
  });
}

/** The recording as it would have been. */
export function withBrokenSignal(store: SeriesStore, { kind, metric }: SignalMutant): SeriesStore {
  const broken = new SeriesStore();
  for (const series of store.all()) {
    const isMeant = series.labels.get(METRIC_NAME) === metric;
    const values = isMeant ? brokenValues(series, kind) : series.values;
    for (const [index, value] of values.entries()) {
      const timestampMs = series.timestampsMs[index];
      if (value !== undefined && timestampMs !== undefined) broken.append(series.labels, timestampMs, value);
    }
  }
  return broken;
}

/** `undefined` = there is no sample. */
function brokenValues({ values }: Series, kind: SignalMutantKind): readonly (SampleValue | undefined)[] {
  const [first] = values;
  if (kind === "not-incremented") return values.map((value) => (value === null ? null : first));
  const born = values.findIndex((value) => value !== null && value !== first);
  return values.map((value, index) => (born >= 0 && index >= born ? value : undefined));
}
