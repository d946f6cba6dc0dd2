// The tokens of PromQL, with the names under which Prometheus reports them.

/** A keyword or sign is its own kind, in lower case. */
export type TokenKind = string;

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

const AGGREGATORS: ReadonlySet<string> = new Set(
  "avg bottomk count count_values group max min quantile stddev stdvar sum topk limitk limit_ratio".split(
    " ",
  ),
);

export const WORD_OPERATORS: ReadonlySet<string> = new Set(["and", "or", "unless", "atan2"]);

const MODIFIERS: ReadonlySet<string> = new Set(
  "bool by group_left group_right fill fill_left fill_right ignoring offset smoothed anchored on without".split(
    " ",
  ),
);

/** Words that mean something only before a parenthesis or after `@`. */
const PREPROCESSORS: ReadonlySet<string> = new Set("start end step range max_of min_of".split(" "));

export const KEYWORDS: ReadonlySet<string> = new Set([
  ...AGGREGATORS,
  ...WORD_OPERATORS,
  ...MODIFIERS,
  ...PREPROCESSORS,
]);

export const BINARY_SIGNS: ReadonlySet<string> = new Set(
  "+ - * / % ^ == != > < >= <= </ >/ =~ !~ @".split(" "),
);

/** Keywords that cannot be the name of a metric; upstream's `metric_identifier` lists the others. */
const NEVER_A_METRIC: ReadonlySet<string> = new Set(
  "bool group_left group_right ignoring on atan2".split(" "),
);

export function isMetricName({ kind }: Token): boolean {
  if (kind === "identifier" || kind === "metric-identifier") return true;
  return KEYWORDS.has(kind) && !NEVER_A_METRIC.has(kind);
}

/** Upstream's `maybe_label`: `without` is the one keyword that it leaves out. */
export function isGroupingLabel({ kind }: Token): boolean {
  if (kind === "identifier" || kind === "metric-identifier") return true;
  return KEYWORDS.has(kind) && kind !== "without";
}

const CLASSES: Readonly<Record<string, string>> = {
  identifier: "identifier",
  "metric-identifier": "metric identifier",
  string: "string",
  number: "number",
  duration: "duration",
};

/** As Prometheus names a token in "unexpected ...". */
export function describeToken(token: Token): string {
  const { kind, text } = token;
  if (kind === "eof") return "end of input";
  const name = CLASSES[kind];
  if (name !== undefined) return `${name} ${quoted(token)}`;
  if (MODIFIERS.has(kind)) return `<${text}>`;
  if (WORD_OPERATORS.has(kind) || BINARY_SIGNS.has(kind)) return `<op:${text}>`;
  if (AGGREGATORS.has(kind)) return `<aggr:${text}>`;
  return quoted(token);
}

function quoted({ kind, text }: Token): string {
  const isName = kind === "identifier" || kind === "metric-identifier";
  if (isName || text.length <= 10) return JSON.stringify(text);
  return `${JSON.stringify(text.slice(0, 10))}...`;
}
