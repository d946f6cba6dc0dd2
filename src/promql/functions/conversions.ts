// From vectors to scalars and back, and the times of samples and evaluations.

import { Labels } from "../labels.ts";
import { samplesArgument, scalarArgument } from "./call.ts";
import { mapSamples, promFunction, scalar, vector } from "./definition.ts";
import type { PromFunction } from "./function.ts";

export const CONVERSIONS: readonly PromFunction[] = [
  promFunction({
    name: "scalar",
    args: ["vector"],
    returns: "scalar",
    dropsName: false,
    evaluate(context) {
      const [only, another] = samplesArgument(context, 0);
      return scalar(only && !another ? only.value : Number.NaN);
    },
  }),
  promFunction({
    name: "vector",
    args: ["scalar"],
    evaluate: (context) => vector([{ labels: Labels.empty, value: scalarArgument(context, 0) }]),
  }),
  promFunction({
    name: "time",
    args: [],
    returns: "scalar",
    dropsName: false,
    evaluate: ({ atMs }) => scalar(atMs / 1000),
  }),
  promFunction({
    name: "timestamp",
    args: ["vector"],
    evaluate: (context) => mapSamples(samplesArgument(context, 0), ({ timestampMs }) => timestampMs / 1000),
  }),
];
