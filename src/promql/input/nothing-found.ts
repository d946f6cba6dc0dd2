// Why an expression found nothing over series that somebody loaded or scraped: the first thing that is known to be missing.

import { nearestName } from "../../config/nearest.ts";
import type { Call, Expr, MatrixSelector, VectorSelector } from "../ast.ts";
import type { Engine } from "../engine.ts";
import { metricOf, selectorsOf } from "../expr-series.ts";
import { allOf } from "../expr-tree.ts";
import type { LoadedInput } from "./loaded-series.ts";

export interface NothingFound {
  readonly expr: Expr;
  /** The expression as written. */
  readonly text: string;
  readonly input: LoadedInput;
  readonly engine: Engine;
  /** Time of the evaluation, or of its last step. */
  readonly atMs: number;
  /** How often something was scraped; `null`: series come from a file. */
  readonly scrapeCount: number | null;
}

/** At most this share of a name may be wrong for it to be meant. */
const WRONG_SHARE = 0.4;

/** Give nothing for a series with one sample in the range. */
const NEED_TWO: ReadonlySet<string> = new Set([
  "rate",
  "irate",
  "increase",
  "delta",
  "idelta",
  "deriv",
  "predict_linear",
  "double_exponential_smoothing",
]);

/** One sentence, without a full stop. */
export function whyNothing(found: NothingFound): string {
  const { expr, input, engine, atMs } = found;
  const missing = selectorsOf(expr).map((selector) => whyNoSeries(selector, found));
  const calls = [...allOf(expr)].filter((part) => part.kind === "call");
  const short = calls.map((call) => whyTooFew(call, found));
  const [first] = [...missing, ...short].filter((reason) => reason !== null);
  if (first !== undefined) return first;
  const isAbsent = selectorsOf(expr).some((selector) => isEmpty(engine, selector, atMs));
  if (isAbsent && (atMs < input.startMs || atMs > input.endMs)) {
    return "no series has a sample that is recent enough at the time of --at";
  }
  return "the series are there, but the expression gives nothing for their values and labels";
}

function whyNoSeries(selector: VectorSelector, { input, text }: NothingFound): string | null {
  const { store } = input;
  if (store.select(selector.matchers).length > 0) return null;
  const name = metricOf(selector);
  if (name === "" || store.named(name).length > 0) return `no series fits ${textOf(selector, text)}`;
  const names = [...new Set([...store.all()].map(({ labels }) => labels.name))];
  const meant = nearestName(name, names, WRONG_SHARE);
  return `no series is named ${name}${meant === null ? "" : `; did you mean ${meant}?`}`;
}

function whyTooFew({ name, args }: Call, found: NothingFound): string | null {
  const range = args.find((arg) => arg.kind === "matrix-selector");
  if (!NEED_TWO.has(name) || range === undefined) return null;
  const { input, text, scrapeCount } = found;
  const series = input.store.select(range.selector.matchers);
  const most = Math.max(...series.map(({ timestampsMs }) => timestampsMs.length));
  if (most < 2 && scrapeCount === 1)
    return `${name}() needs two samples, and there was one scrape: use --scrapes 2`;
  if (most < 2) return `${name}() needs two samples, and no series has more than one`;
  if (!hasTwo(range, found))
    return `${name}() needs two samples, and no series has two in ${textOf(range, text)}`;
  return null;
}

function hasTwo(range: MatrixSelector, { engine, atMs }: NothingFound): boolean {
  const { value } = engine.instant(range, atMs);
  return value.kind !== "matrix" || value.series.some(({ points }) => points.length >= 2);
}

function isEmpty(engine: Engine, selector: VectorSelector, atMs: number): boolean {
  const { value } = engine.instant(selector, atMs);
  return value.kind === "vector" && value.samples.length === 0;
}

/** As written, in one line. */
function textOf({ from, to }: Expr, text: string): string {
  return text.slice(from, to).replace(/\s+/g, " ").trim();
}
