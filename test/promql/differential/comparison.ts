// Some expressions over some series, evaluated by our engine and by promtool 3.

import { DashstreamError } from "../../../src/errors.ts";
import { createEngine } from "../../../src/promql/engine.ts";
import { Labels } from "../../../src/promql/labels.ts";
import { parseExpr } from "../../../src/promql/parse.ts";
import { type SeriesSource, SeriesStore } from "../../../src/promql/series-store.ts";
import { Dice } from "./dice.ts";
import { difference } from "./difference.ts";
import { type Answer, promtoolAnswers, type Question } from "./promtool-answers.ts";
import { canBeDamaged, damaged, ExpressionWriter, randomTime } from "./random-expression.ts";
import { type RandomSeries, randomSeries, SCRAPE_INTERVAL_MS } from "./random-series.ts";

export interface Difference extends Question {
  readonly seed: number;
  readonly text: string;
}

export interface Comparison {
  readonly comparedCount: number;
  /** How many of them gave samples, gave nothing, failed, or are of a kind that is not compared. */
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly differences: readonly Difference[];
}

/** What Prometheus' storage and Go's conversions decide, not the language. */
const UNDEFINED = [
  // Go leaves open which whole number NaN becomes.
  /offset[\s+-]*nan/i,
  // A label without a name asks the storage for its index of everything.
  /\{(.*,)?\s*""/,
];

type Outcome = "samples" | "nothing" | "error" | "left";

function outcomeOf({ expr }: Question, ours: Answer): Outcome {
  if (UNDEFINED.some((pattern) => pattern.test(expr))) return "left";
  if (ours.kind === "samples") return ours.samples.length === 0 ? "nothing" : "samples";
  return ours.isUnsupported === true ? "left" : "error";
}

/** promtool allows its rule tests but ten thousand samples. */
function isOverLimit(theirs: Answer): boolean {
  return theirs.kind === "error" && theirs.message.includes("would load too many samples");
}

/** The same seed and count give the same series and expressions. */
export function compare(seed: number, count: number): Comparison {
  const dice = new Dice(seed);
  const series = randomSeries(dice);
  const writer = new ExpressionWriter(dice);
  const questions = dice.times(count, (): Question => {
    const expr = writer.write();
    return {
      expr: canBeDamaged(expr) && dice.chance(0.1) ? damaged(dice, expr) : expr,
      atMs: randomTime(dice),
    };
  });
  const source = storeOf(series);
  const outcomes = { samples: 0, nothing: 0, error: 0, left: 0 };
  const differences: Difference[] = [];
  for (const [index, theirs] of promtoolAnswers(series, questions).entries()) {
    const question = questions[index];
    if (question === undefined) continue;
    const ours = ourAnswer(source, question);
    const outcome = isOverLimit(theirs) ? "left" : outcomeOf(question, ours);
    outcomes[outcome]++;
    if (outcome === "left") continue;
    const text = difference(ours, theirs);
    if (text === null || isMatterOfOrder(dice, source, question, theirs)) continue;
    differences.push({ ...question, seed, text });
  }
  return { comparedCount: questions.length, outcomes, differences };
}

/** How often series are read in another order before a difference counts as one. */
const ORDERS = 50;

/**
 * Prometheus reads the series of a rule test in a random order. The last digit of a sum depends on it, and with it, for
 * example, all of `floor(stdvar(x))`.
 */
function isMatterOfOrder(dice: Dice, source: SeriesSource, question: Question, theirs: Answer): boolean {
  const shuffled: SeriesSource = {
    select: (matchers) => dice.shuffled(source.select(matchers)),
  };
  for (let order = 0; order < ORDERS; order++) {
    if (difference(ourAnswer(shuffled, question), theirs) === null) return true;
  }
  return false;
}

function storeOf(series: readonly RandomSeries[]): SeriesSource {
  const store = new SeriesStore();
  for (const { labels, values } of series) {
    for (const [index, value] of values.entries()) {
      if (value !== undefined) store.append(labels, index * SCRAPE_INTERVAL_MS, value);
    }
  }
  return store;
}

function ourAnswer(source: SeriesSource, { expr, atMs }: Question): Answer {
  try {
    const { value } = createEngine({ source }).instant(parseExpr(expr), atMs);
    if (value.kind === "vector") return { kind: "samples", samples: value.samples };
    if (value.kind === "scalar") {
      return { kind: "samples", samples: [{ labels: Labels.empty, value: value.value }] };
    }
    return { kind: "error", message: "rule result is not a vector or scalar" };
  } catch (error) {
    if (!(error instanceof DashstreamError)) throw error;
    const isUnsupported = error.code === "promql_unsupported";
    return { kind: "error", message: error.message, isUnsupported };
  }
}
