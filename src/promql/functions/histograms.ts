// Functions of histograms. Classic ones, a series a bucket, are read here; of native ones there are none, so that functions
// which only know those give nothing for the samples that they ignore.

import { formatG, parseGoFloat } from "../go-number.ts";
import type { Labels } from "../labels.ts";
import { quantileWarning } from "../quantile.ts";
import type { VectorSample } from "../value.ts";
import { samplesArgument, scalarArgument, writtenArgument } from "./call.ts";
import { type Bucket, bucketFraction, bucketQuantile } from "./classic-buckets.ts";
import { promFunction, vector } from "./definition.ts";
import type { CallContext, PromFunction } from "./function.ts";

interface Histogram {
  /** Of its series, without `le`. */
  readonly labels: Labels;
  readonly buckets: Bucket[];
}

const BUCKET_LABEL = "le";
const WITHOUT_BUCKET: ReadonlySet<string> = new Set([BUCKET_LABEL]);

function ofMetric(labels: Labels): string {
  return labels.name === "" ? "" : ` for metric name ${JSON.stringify(labels.name)}`;
}

/** The histograms in a vector; samples without a readable bound are remarked on and left out. */
function histogramsOf(context: CallContext, vectorAt: number): Iterable<Histogram> {
  const histograms = new Map<string, Histogram>();
  for (const { labels: all, value: count } of samplesArgument(context, vectorAt)) {
    const bound = all.get(BUCKET_LABEL);
    const upperBound = parseGoFloat(bound) ?? Number.NaN;
    if (Number.isNaN(upperBound)) {
      context.warn(
        `PromQL warning: bucket label "le" is missing or has a malformed value of ${JSON.stringify(bound)}${ofMetric(all)}`,
        writtenArgument(context, vectorAt),
      );
      continue;
    }
    const labels = all.without(WITHOUT_BUCKET);
    const known = histograms.get(labels.key);
    if (known) known.buckets.push({ upperBound, count });
    else histograms.set(labels.key, { labels, buckets: [{ upperBound, count }] });
  }
  return histograms.values();
}

function remarkOnCounts(context: CallContext, labels: Labels): void {
  context.info(
    [
      "PromQL info: input to histogram_quantile needed to be fixed for monotonicity",
      ` (see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)${ofMetric(labels)}`,
    ].join(""),
    writtenArgument(context, 1),
  );
}

const histogramQuantile = promFunction({
  name: "histogram_quantile",
  args: ["scalar", "vector"],
  evaluate(context) {
    const q = scalarArgument(context, 0);
    const warning = quantileWarning(q, formatG);
    if (warning !== null) context.warn(warning, writtenArgument(context, 0));
    const samples: VectorSample[] = [];
    for (const { labels, buckets } of histogramsOf(context, 1)) {
      const { value, isMended } = bucketQuantile(q, buckets);
      if (isMended) remarkOnCounts(context, labels);
      samples.push({ labels, value });
    }
    return vector(samples);
  },
});

const histogramFraction = promFunction({
  name: "histogram_fraction",
  args: ["scalar", "scalar", "vector"],
  evaluate(context) {
    const lower = scalarArgument(context, 0);
    const upper = scalarArgument(context, 1);
    const samples = [...histogramsOf(context, 2)].map(({ labels, buckets }) => ({
      labels,
      value: bucketFraction(lower, upper, buckets),
    }));
    return vector(samples);
  },
});

function ofNativeHistograms(name: string): PromFunction {
  return promFunction({ name, args: ["vector"], evaluate: () => vector([]) });
}

export const HISTOGRAMS: readonly PromFunction[] = [
  histogramQuantile,
  histogramFraction,
  ofNativeHistograms("histogram_avg"),
  ofNativeHistograms("histogram_count"),
  ofNativeHistograms("histogram_stddev"),
  ofNativeHistograms("histogram_stdvar"),
  ofNativeHistograms("histogram_sum"),
];
