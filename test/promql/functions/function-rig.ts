// Calls functions without an evaluator: arguments are written down, results and remarks read back.

import type { Expr } from "../../../src/promql/ast.ts";
import type { Argument, ArgumentSample } from "../../../src/promql/functions/function.ts";
import { FUNCTIONS } from "../../../src/promql/functions/functions.ts";
import { Labels } from "../../../src/promql/labels.ts";

type GivenLabels = Readonly<Record<string, string>>;

export const AT_MS = 600_000;

export function scalar(value: number): Argument {
  return { kind: "scalar", value };
}

export function text(value: string): Argument {
  return { kind: "string", value };
}

export function samples(...given: readonly (readonly [labels: GivenLabels, value: number])[]): Argument {
  const found: ArgumentSample[] = given.map(([labels, value]) => ({
    labels: Labels.of(labels),
    value,
    timestampMs: AT_MS,
  }));
  return { kind: "vector", samples: found };
}

/** A window of the last five minutes, with one sample a minute up to its end unless times are given. */
export function minutes(
  values: readonly number[],
  { labels = { __name__: "a_total" }, timesS }: { labels?: GivenLabels; timesS?: readonly number[] } = {},
): Argument {
  const first = AT_MS - (values.length - 1) * 60_000;
  return {
    kind: "matrix",
    windows: [
      {
        labels: Labels.of(labels),
        values,
        timestampsMs: timesS?.map((s) => s * 1000) ?? values.map((_, index) => first + index * 60_000),
      },
    ],
    startMs: AT_MS - 300_000,
    endMs: AT_MS,
  };
}

export interface Called {
  /** Values of a vector under their labels, or the value of a scalar. */
  readonly result: number | Readonly<Record<string, number>>;
  /** In their order. */
  readonly order: readonly string[];
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
}

export function call(name: string, ...args: readonly Argument[]): Called {
  return callWith(name, { args });
}

export function callWith(
  name: string,
  { args, exprs, atMs = AT_MS }: { args: readonly Argument[]; exprs?: readonly Expr[]; atMs?: number },
): Called {
  const found = FUNCTIONS.get(name);
  if (!found) throw new Error(`no function ${name}`);
  const warnings: string[] = [];
  const infos: string[] = [];
  const value = found.evaluate({
    atMs,
    args,
    exprs: exprs ?? args.map((): Expr => ({ kind: "number", value: 0, returns: "scalar", from: 0, to: 1 })),
    warn: (remark) => warnings.push(remark),
    info: (remark) => infos.push(remark),
  });
  if (value.kind === "string") throw new Error("no function gives a string");
  if (value.kind === "scalar") return { result: value.value, order: [], warnings, infos };
  const entries = value.samples.map((sample) => [sample.labels.toString(), sample.value] as const);
  return { result: Object.fromEntries(entries), order: entries.map(([labels]) => labels), warnings, infos };
}

/** Of a window function with one series: its value, or `null` for none. */
export function onlyValue(called: Called): number | null {
  if (typeof called.result === "number") return called.result;
  return Object.values(called.result)[0] ?? null;
}
