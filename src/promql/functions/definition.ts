// How functions are written down: those that turn each sample into another, and those that make one value of each window.

import type { VectorSample } from "../value.ts";
import { matrixArgument, samplesArgument } from "./call.ts";
import type { Argument, ArgumentSample, CallContext, PromFunction, Window } from "./function.ts";

type Definition = Pick<PromFunction, "name" | "args" | "evaluate"> &
  Partial<Pick<PromFunction, "variadic" | "returns" | "dropsName">>;

/** A range vector as a function gets it. */
export type Matrix = Extract<Argument, { readonly kind: "matrix" }>;

type Result = ReturnType<PromFunction["evaluate"]>;

/** A function with what most have in common: a fixed number of arguments, a vector without names as its result. */
export function promFunction(definition: Definition): PromFunction {
  return { variadic: 0, returns: "vector", dropsName: true, ...definition };
}

export function vector(samples: readonly VectorSample[]): Result {
  return { kind: "vector", samples };
}

export function scalar(value: number): Result {
  return { kind: "scalar", value };
}

/** Each sample with another value. */
export function mapSamples(
  samples: readonly ArgumentSample[],
  toValue: (sample: ArgumentSample) => number,
): Result {
  return vector(samples.map((sample) => ({ labels: sample.labels, value: toValue(sample) })));
}

/** A function of one number, applied to each sample of a vector. */
export function ofEachSample(name: string, apply: (value: number) => number): PromFunction {
  return promFunction({
    name,
    args: ["vector"],
    evaluate: (context) => mapSamples(samplesArgument(context, 0), ({ value }) => apply(value)),
  });
}

/** One value of a window that has a sample at least, or `null` for none. */
export type WindowValue = (window: Window, matrix: Matrix, context: CallContext) => number | null;

/** A function of a range vector, which is its argument `matrixAt` if there are several. */
export function ofEachWindow(
  name: string,
  toValue: WindowValue,
  { matrixAt = 0, ...signature }: Partial<PromFunction> & { readonly matrixAt?: number } = {},
): PromFunction {
  return promFunction({
    args: ["matrix"],
    ...signature,
    name,
    evaluate(context) {
      const matrix = matrixArgument(context, matrixAt);
      const samples: VectorSample[] = [];
      for (const window of matrix.windows) {
        const value = window.values.length === 0 ? null : toValue(window, matrix, context);
        if (value !== null) samples.push({ labels: window.labels, value });
      }
      return vector(samples);
    },
  });
}
