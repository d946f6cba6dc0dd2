// Arithmetic on each sample: rounding, bounds, roots and logarithms.

import { goLog2 } from "../go-math.ts";
import { samplesArgument, scalarArgument } from "./call.ts";
import { mapSamples, ofEachSample, promFunction, vector } from "./definition.ts";
import type { CallContext, PromFunction } from "./function.ts";

const { POSITIVE_INFINITY, NEGATIVE_INFINITY } = Number;

/** `math.Max` of Go: unlike here, infinity wins over NaN. */
function larger(a: number, b: number): number {
  return a === POSITIVE_INFINITY || b === POSITIVE_INFINITY ? POSITIVE_INFINITY : Math.max(a, b);
}

/** `math.Min` of Go. */
function smaller(a: number, b: number): number {
  return a === NEGATIVE_INFINITY || b === NEGATIVE_INFINITY ? NEGATIVE_INFINITY : Math.min(a, b);
}

function clamp(context: CallContext, min: number, max: number): ReturnType<PromFunction["evaluate"]> {
  if (max < min) return vector([]);
  return mapSamples(samplesArgument(context, 0), ({ value }) => larger(min, smaller(max, value)));
}

/** To a multiple of the second argument, halves upwards. Dividing by the inverse is more exact for 0.1 and the like. */
const round = promFunction({
  name: "round",
  args: ["vector", "scalar"],
  variadic: 1,
  evaluate(context) {
    const inverse = 1 / (context.args.length > 1 ? scalarArgument(context, 1) : 1);
    return mapSamples(
      samplesArgument(context, 0),
      ({ value }) => Math.floor(value * inverse + 0.5) / inverse,
    );
  },
});

export const MATH: readonly PromFunction[] = [
  ofEachSample("abs", Math.abs),
  ofEachSample("ceil", Math.ceil),
  ofEachSample("exp", Math.exp),
  ofEachSample("floor", Math.floor),
  ofEachSample("ln", Math.log),
  ofEachSample("log10", Math.log10),
  ofEachSample("log2", goLog2),
  ofEachSample("sgn", Math.sign),
  ofEachSample("sqrt", Math.sqrt),
  round,
  promFunction({
    name: "clamp",
    args: ["vector", "scalar", "scalar"],
    evaluate: (context) => clamp(context, scalarArgument(context, 1), scalarArgument(context, 2)),
  }),
  promFunction({
    name: "clamp_max",
    args: ["vector", "scalar"],
    evaluate: (context) => clamp(context, NEGATIVE_INFINITY, scalarArgument(context, 1)),
  }),
  promFunction({
    name: "clamp_min",
    args: ["vector", "scalar"],
    evaluate: (context) => clamp(context, scalarArgument(context, 1), POSITIVE_INFINITY),
  }),
];
