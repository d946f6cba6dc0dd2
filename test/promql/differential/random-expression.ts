// Expressions of all that the language has, mostly well typed. What they select exists mostly, so that results are seldom
// empty; matching is sometimes one that the series do not have.

import type { PromFunction } from "../../../src/promql/functions/function.ts";
import { FUNCTIONS } from "../../../src/promql/functions/functions.ts";
import type { ValueKind } from "../../../src/promql/value.ts";
import type { Dice } from "./dice.ts";
import { END_MS } from "./random-series.ts";

const ARITHMETIC = ["+", "-", "*", "/", "%", "^", "atan2"] as const;
const COMPARISONS = ["==", "!=", ">", "<", ">=", "<="] as const;
const SETS = ["and", "or", "unless"] as const;
const LABELS = ["job", "instance", "code", "le", "room", "version", "nowhere"] as const;
const AGGREGATIONS = ["sum", "avg", "min", "max", "count", "group", "stddev", "stdvar"] as const;
const DURATIONS = ["15s", "30s", "1m", "2m30s", "5m", "10m", "17s", "1h", "90", "0.5s * 60"] as const;
const NUMBERS = [
  "0",
  "1",
  "2",
  "-1",
  "0.5",
  "4",
  "-3",
  "10",
  "1e3",
  "0x1F",
  "1_000",
  "Inf",
  "-Inf",
  "NaN",
  "1h",
  "017",
  "1e-2",
  ".5",
] as const;
const METRICS = [
  "requests_total",
  "requests_total",
  "temperature",
  "limit",
  "up",
  "odd",
  "build_info",
  "latency_bucket",
  "lonely",
  "missing",
] as const;

/**
 * Functions whose last digit differs between Go and JavaScript. They are not nested: `sin(cosh(x))` makes any difference of
 * a last digit.
 */
const INEXACT = [
  "acos",
  "acosh",
  "asin",
  "asinh",
  "atan",
  "atanh",
  "cos",
  "cosh",
  "exp",
  "ln",
  "log10",
  "log2",
  "sin",
  "sinh",
  "tan",
  "tanh",
] as const;

function isInexact(name: string): boolean {
  return INEXACT.some((inexact) => inexact === name);
}

export class ExpressionWriter {
  readonly #dice: Dice;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  /** An expression that an instant evaluation gives samples for. */
  write(): string {
    if (this.#dice.chance(0.08)) return `${this.#dice.of(INEXACT)}(${this.#selector()}${this.#modifiers()})`;
    return this.#dice.chance(0.85) ? this.#vector(3) : this.#scalar(3);
  }

  #of(kind: ValueKind, depth: number): string {
    switch (kind) {
      case "scalar":
        return this.#scalar(depth);
      case "vector":
        return this.#vector(depth);
      case "matrix":
        return this.#matrix(depth);
      case "string":
        return this.#string();
    }
  }

  #scalar(depth: number): string {
    const dice = this.#dice;
    if (depth <= 0 || dice.chance(0.5)) return dice.of(NUMBERS);
    switch (dice.below(6)) {
      case 0:
        return `scalar(${this.#vector(depth - 1)})`;
      case 1:
        return "time()";
      case 2:
        return `(${this.#scalar(depth - 1)})`;
      case 3:
        return `-${this.#scalar(depth - 1)}`;
      case 4:
        return `${this.#scalar(depth - 1)} ${dice.of(COMPARISONS)} bool ${this.#scalar(depth - 1)}`;
      default:
        return `${this.#scalar(depth - 1)} ${dice.of(ARITHMETIC)} ${this.#scalar(depth - 1)}`;
    }
  }

  #vector(depth: number): string {
    const dice = this.#dice;
    if (depth <= 0 || dice.chance(0.1)) return this.#selector() + this.#modifiers();
    switch (dice.below(10)) {
      case 0:
      case 1:
      case 2:
        return this.#call(depth);
      case 3:
      case 4:
        return this.#aggregation(depth);
      case 5:
      case 6:
        return this.#vectorPair(depth);
      case 7:
        return this.#vectorAndScalar(depth);
      case 8:
        return dice.chance(0.5) ? `-${this.#vector(depth - 1)}` : `(${this.#vector(depth - 1)})`;
      default:
        return this.#selector() + this.#modifiers();
    }
  }

  #selector(): string {
    const dice = this.#dice;
    const matchers = dice
      .some(["job", "instance", "code", "nowhere"], 0.2)
      .map((label) => this.#matcher(label));
    const name = dice.of(METRICS);
    if (dice.chance(0.05)) return `{"${name}"${matchers.map((matcher) => `, ${matcher}`).join("")}}`;
    if (dice.chance(0.05))
      return `{__name__=~"${name}|up"${matchers.map((matcher) => `, ${matcher}`).join("")}}`;
    return matchers.length === 0 ? name : `${name}{${matchers.join(",")}}`;
  }

  #matcher(label: string): string {
    const values: Readonly<Record<string, readonly [string, ...string[]]>> = {
      job: ["api", "db", "a.*", "", "api|db", "[^d].+"],
      instance: ["a:1", "b:2", ".:[12]", "c.*", ".+"],
      code: ["200", "500", "[45]..", "", "2.*|404"],
    };
    const op = this.#dice.of(["=", "!=", "=~", "!~"]);
    return `${label}${op}"${this.#dice.of(values[label] ?? ["", "x", ".*"])}"`;
  }

  #modifiers(): string {
    const dice = this.#dice;
    const offset = dice.chance(0.1)
      ? ` offset ${dice.of(["", "-"])}${dice.of(DURATIONS).replace(/ .*/, "")}`
      : "";
    const at = dice.chance(0.07) ? ` @ ${dice.of(["start()", "end()", "600", "-30", "1234.567"])}` : "";
    return dice.chance(0.5) ? offset + at : at + offset;
  }

  #matrix(depth: number): string {
    const dice = this.#dice;
    const range = dice.of(DURATIONS);
    if (depth <= 0 || dice.chance(0.75)) return `${this.#selector()}[${range}]${this.#modifiers()}`;
    const step = dice.of(["", "15s", "1m", "40s", "7s"]);
    const inner = dice.chance(0.5) ? `(${this.#vector(depth - 1)})` : this.#selector();
    return `${inner}[${range}:${step}]${this.#modifiers()}`;
  }

  #string(): string {
    return this.#dice.of(['"job"', "'instance'", "`code`", '"x"', '"a\\tb"']);
  }

  #call(depth: number): string {
    const dice = this.#dice;
    const functions = [...FUNCTIONS.values()].filter(
      ({ name, returns }) => returns === "vector" && !isInexact(name),
    );
    const [first, ...others] = functions;
    if (first === undefined) throw new Error("there are no functions");
    const called = dice.of([first, ...others]);
    switch (called.name) {
      case "label_replace":
        return this.#labelReplace(depth);
      case "label_join":
        return `label_join(${this.#vector(depth - 1)}, "${dice.of([...LABELS, "__name__"])}", "-", "job", "code")`;
      case "histogram_quantile":
        return `histogram_quantile(${this.#scalar(0)}, ${this.#buckets(depth)})`;
      case "histogram_fraction":
        return `histogram_fraction(${this.#scalar(0)}, ${this.#scalar(0)}, ${this.#buckets(depth)})`;
      default:
        return `${called.name}(${this.#args(called, depth).join(", ")})`;
    }
  }

  #args({ args, variadic }: PromFunction, depth: number): readonly string[] {
    const least = variadic === 0 ? args.length : args.length - 1;
    const most = variadic < 0 ? args.length + 1 : args.length - 1 + Math.max(variadic, 1);
    const count = variadic === 0 ? least : least + this.#dice.below(most - least + 1);
    return Array.from({ length: count }, (_, index) =>
      this.#of(args[Math.min(index, args.length - 1)] ?? "vector", depth - 1),
    );
  }

  #labelReplace(depth: number): string {
    const dice = this.#dice;
    const target = dice.of([...LABELS, "__name__", "new"]);
    const replacement = dice.of(["$1", "x-$1", "_$1", "$2", "", "$name"]);
    const regex = dice.of(["(.*)", "(a).*", "(?P<name>.+)i", "x", "(.*):(.*)"]);
    return `label_replace(${this.#vector(depth - 1)}, "${target}", "${replacement}", "${dice.of(LABELS)}", "${regex}")`;
  }

  #buckets(depth: number): string {
    const dice = this.#dice;
    const rate = `rate(latency_bucket[${dice.of(["1m", "5m", "10m"])}])`;
    return dice.of([
      "latency_bucket",
      rate,
      `sum by (le) (${rate})`,
      `sum by (job, le) (${rate})`,
      this.#vector(depth - 1),
    ]);
  }

  #aggregation(depth: number): string {
    const dice = this.#dice;
    const labels = dice.some(LABELS, 0.25).join(", ");
    const grouping = dice.chance(0.7) ? `${dice.of(["by", "without"])} (${labels})` : "";
    if (dice.chance(0.2)) return this.#choice(grouping, depth);
    // Values become labels, so that they must be the same to the last digit.
    if (dice.chance(0.1)) {
      return `count_values ${grouping} (${this.#parameter("count_values")}${this.#selector()})`;
    }
    const op = dice.chance(0.7) ? dice.of(AGGREGATIONS) : dice.of(["quantile", "limit_ratio"]);
    const body = `(${this.#parameter(op)}${this.#vector(depth - 1)})`;
    return dice.chance(0.5) ? `${op} ${grouping} ${body}` : `${op}${body} ${grouping}`;
  }

  /**
   * promtool reads series in a random order, so that it chooses others among equals in each run. Chosen are therefore values
   * without equals, or it is counted and added up what was chosen.
   */
  #choice(grouping: string, depth: number): string {
    const dice = this.#dice;
    const op = dice.of(["topk", "bottomk", "limitk"]);
    const parameter = this.#parameter(op);
    if (op === "limitk")
      return `count ${grouping} (limitk ${grouping} (${parameter}${this.#vector(depth - 1)}))`;
    if (dice.chance(0.6)) return `${op}(${parameter}temperature${this.#modifiers()}) ${grouping}`;
    return `sum ${grouping} (${op}(${parameter}${this.#vector(depth - 1)}) ${grouping})`;
  }

  #parameter(op: string): string {
    const dice = this.#dice;
    switch (op) {
      case "topk":
      case "bottomk":
      case "limitk":
        return `${dice.of(["1", "2", "3", "5", "0", "-1", "2.7", "NaN", "1e300", "scalar(limit)"])}, `;
      case "limit_ratio":
        return `${dice.of(["0.5", "-0.5", "0", "1", "-1", "0.1", "2", "NaN"])}, `;
      case "quantile":
        return `${dice.of(["0.5", "0", "1", "0.99", "-1", "2", "NaN"])}, `;
      case "count_values":
        return `"${dice.of(["value", "job", "le", ""])}", `;
      default:
        return "";
    }
  }

  #vectorPair(depth: number): string {
    const dice = this.#dice;
    const left = this.#vector(depth - 1);
    const right = this.#vector(depth - 1);
    const labels = dice.some(LABELS, 0.3).join(",");
    const matching = dice.chance(0.6) ? ` ${dice.of(["on", "ignoring"])}(${labels})` : "";
    if (dice.chance(0.3)) return `${left} ${dice.of(SETS)}${matching} ${right}`;
    const isComparison = dice.chance(0.4);
    const op = isComparison ? dice.of(COMPARISONS) : dice.of(ARITHMETIC);
    const bool = isComparison && dice.chance(0.3) ? " bool" : "";
    const included = dice.some(["room", "version", "code"], 0.2).join(",");
    const group =
      matching !== "" && dice.chance(0.5) ? ` ${dice.of(["group_left", "group_right"])}(${included})` : "";
    return `${left} ${op}${bool}${matching}${group} ${right}`;
  }

  #vectorAndScalar(depth: number): string {
    const dice = this.#dice;
    const isComparison = dice.chance(0.5);
    const op = isComparison ? dice.of(COMPARISONS) : dice.of(ARITHMETIC);
    const bool = isComparison && dice.chance(0.3) ? " bool" : "";
    const sides = [this.#vector(depth - 1), this.#scalar(depth - 1)];
    if (dice.chance(0.4)) sides.reverse();
    return `${sides[0]} ${op}${bool} ${sides[1]}`;
  }
}

/** When an expression is evaluated; sometimes between two scrapes, or exactly at one. */
export function randomTime(dice: Dice): number {
  const ms = dice.below(END_MS / 1000) * 1000;
  return dice.chance(0.3) ? ms + dice.below(1000) : Math.floor(ms / 15_000) * 15_000;
}

/** Whether damage would make it choose among equals, see `#choice`. */
export function canBeDamaged(expr: string): boolean {
  return !/topk|bottomk|limitk/.test(expr);
}

/** With a word taken out, doubled or exchanged, which the parser must mostly refuse. */
export function damaged(dice: Dice, expr: string): string {
  const words = expr.match(/\w+|"[^"]*"|[^\s\w]|\s+/g) ?? [];
  const at = dice.below(words.length);
  const other = dice.below(words.length);
  switch (dice.below(4)) {
    case 0:
      return words.toSpliced(at, 1).join("");
    case 1:
      return words.toSpliced(at, 0, words[at] ?? "").join("");
    case 2:
      return words.toSpliced(at, 1, words[other] ?? "").join("");
    default:
      return words
        .toSpliced(
          at,
          0,
          dice.of([
            " ",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            ",",
            " by ",
            " bool ",
            "5m",
            " offset ",
            "@",
            "==",
            "'",
            "#",
            "1.",
          ]),
        )
        .join("");
  }
}
