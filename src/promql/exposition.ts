// What `/metrics` answers, read as a Prometheus 3 server reads it: text format 0.0.4 or OpenMetrics, recognised by its
// `# EOF`. Borders of buckets and quantiles are written anew ("5" becomes "5.0"), as the server does. A reader that is
// kept between scrapes knows the series of the last one, so that a scrape costs little more than its numbers.

import { DashstreamError } from "../errors.ts";
import { formatG, parseGoFloat } from "./go-number.ts";
import { type LabelEntry, Labels, METRIC_NAME } from "./labels.ts";

export interface ExposedSample {
  readonly labels: Labels;
  readonly value: number;
  /** `null`: the time of the scrape. */
  readonly timestampMs: number | null;
}

/** Which label of a family holds numbers that are written anew; `null`: none. */
type NumericLabel = "le" | "quantile" | null;

interface KnownSeries {
  /** Name and labels as written. */
  readonly text: string;
  readonly numericLabel: NumericLabel;
  readonly labels: Labels;
}

const NUMERIC_LABELS: Readonly<Record<string, NumericLabel>> = { histogram: "le", summary: "quantile" };

/** Texts of one component; components do not share a reader, but they may. */
export class ExpositionReader {
  readonly #known = new Map<string, Map<NumericLabel, KnownSeries>>();
  /** Series of the last text, in its order: the next one usually has the same. */
  #lastOrder: readonly KnownSeries[] = [];

  /** @throws DashstreamError `exposition_invalid` with the number of the line */
  read(text: string): readonly ExposedSample[] {
    const samples: ExposedSample[] = [];
    const order: KnownSeries[] = [];
    const msPerUnit = /^# EOF\s*$/m.test(text.slice(-16)) ? 1000 : 1;
    let numericLabel: NumericLabel = null;
    let line = 0;
    for (let start = 0; start < text.length; ) {
      const lineFeed = text.indexOf("\n", start);
      const end = lineFeed < 0 ? text.length : lineFeed;
      line++;
      const first = text.charCodeAt(start);
      if (first === HASH) {
        const type = text.startsWith("# TYPE ", start) ? text.slice(start, end).trimEnd() : "";
        if (type !== "") numericLabel = NUMERIC_LABELS[type.slice(type.lastIndexOf(" ") + 1)] ?? null;
      } else if (!isBlank(text, start, end)) {
        const series = this.#seriesAt(text, start, end, numericLabel, order.length, line);
        order.push(series);
        samples.push(readSample(series, text, start, end, msPerUnit, line));
      }
      start = end + 1;
    }
    this.#lastOrder = order;
    return samples;
  }

  #seriesAt(
    text: string,
    start: number,
    end: number,
    numericLabel: NumericLabel,
    index: number,
    line: number,
  ): KnownSeries {
    const expected = this.#lastOrder[index];
    if (expected?.numericLabel === numericLabel && startsWithSeries(text, start, expected.text))
      return expected;
    const raw = text.slice(start, seriesEnd(text, start, end, line));
    const known = this.#known.get(raw)?.get(numericLabel);
    if (known) return known;
    const series = { text: raw, numericLabel, labels: readLabels(raw, numericLabel, line) };
    const sameText = this.#known.get(raw) ?? new Map<NumericLabel, KnownSeries>();
    this.#known.set(raw, sameText.set(numericLabel, series));
    return series;
  }
}

/** One text. @throws DashstreamError `exposition_invalid` with the number of the line */
export function parseExposition(text: string): readonly ExposedSample[] {
  return new ExpositionReader().read(text);
}

const HASH = 35;
const SPACE = 32;
const TAB = 9;
const QUOTE = 34;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;

/** Characters of a text in an error; what is no exposition may be one long line. */
const MAX_QUOTED = 80;

/** On one line of a terminal. */
function excerpt(text: string): string {
  const shown = text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED - 1)}…` : text;
  return shown.replace(/\p{Cc}/gu, "\ufffd");
}

function invalid(line: number, reason: string): DashstreamError {
  return new DashstreamError("exposition_invalid", `line ${line} of the metrics: ${reason}`);
}

function isBlank(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (text.charCodeAt(at) > SPACE) return false;
  return true;
}

/** Whether the line begins with this very series: then the value comes, not more of a name. */
function startsWithSeries(text: string, start: number, series: string): boolean {
  if (!text.startsWith(series, start)) return false;
  const next = start + series.length;
  const code = text.charCodeAt(next);
  return (code === SPACE || code === TAB) && text.charCodeAt(next + 1) !== OPEN;
}

/** End of name and labels in a line. */
function seriesEnd(text: string, start: number, end: number, line: number): number {
  let at = start;
  while (at < end && !endsName(text.charCodeAt(at))) at++;
  const afterName = at;
  while (at < end && isSpace(text.charCodeAt(at))) at++;
  if (text.charCodeAt(at) !== OPEN) return afterName;
  let isQuoted = false;
  for (at++; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH && isQuoted) at++;
    else if (code === QUOTE) isQuoted = !isQuoted;
    else if (code === CLOSE && !isQuoted) return at + 1;
  }
  throw invalid(line, `${excerpt(text.slice(start, end))} has no closing brace after its labels`);
}

function isSpace(code: number): boolean {
  return code === SPACE || code === TAB;
}

function endsName(code: number): boolean {
  return isSpace(code) || code === OPEN;
}

/** A label, or in braces without `=` the name of the metric. */
const LABEL =
  /[ \t]*(?:"((?:\\.|[^\\"])*)"|([A-Za-z_]\w*))[ \t]*(?:=[ \t]*"((?:\\.|[^\\"])*)")?[ \t]*(,|\})/y;
const METRIC = /^[A-Za-z_:][\w:]*$/;

function readLabels(raw: string, numericLabel: NumericLabel, line: number): Labels {
  const brace = raw.indexOf("{");
  const plainName = (brace < 0 ? raw : raw.slice(0, brace)).trimEnd();
  const entries: LabelEntry[] = plainName === "" ? [] : [[METRIC_NAME, plainName]];
  if (plainName !== "" && !METRIC.test(plainName)) {
    throw invalid(line, `${JSON.stringify(excerpt(plainName))} is not the name of a metric`);
  }
  if (brace >= 0) entries.push(...labelEntries(raw, brace + 1, numericLabel, line));
  const names = new Set(entries.map(([name]) => name));
  if (names.size < entries.length) throw invalid(line, `${excerpt(raw)} has a label twice`);
  if (!names.has(METRIC_NAME)) throw invalid(line, `${excerpt(raw)} has no name`);
  return Labels.of(entries);
}

function* labelEntries(
  raw: string,
  start: number,
  numericLabel: NumericLabel,
  line: number,
): Generator<LabelEntry> {
  if (/^[ \t]*\}$/.test(raw.slice(start))) return;
  for (let at = start; at < raw.length; ) {
    LABEL.lastIndex = at;
    const found = LABEL.exec(raw);
    const [whole = "", quoted, plain, value, ending] = found ?? [];
    const isName = value === undefined;
    if (!found || (isName && quoted === undefined)) {
      throw invalid(line, `${excerpt(raw)} is not a list of label="value" from character ${at + 1} on`);
    }
    const name = plain ?? unescaped(quoted ?? "");
    if (isName) yield [METRIC_NAME, name];
    else yield [name, name === numericLabel ? writtenAnew(unescaped(value)) : unescaped(value)];
    at += whole.length;
    if (ending === "," && /^[ \t]*\}$/.test(raw.slice(at))) return;
  }
}

const ESCAPES: Readonly<Record<string, string>> = { "\\n": "\n", "\\\\": "\\", '\\"': '"' };

function unescaped(text: string): string {
  return text.includes("\\") ? text.replace(/\\[n\\"]/g, (pair) => ESCAPES[pair] ?? pair) : text;
}

/** As `labels.FormatOpenMetricsFloat` of Prometheus. */
function writtenAnew(text: string): string {
  const value = parseGoFloat(text);
  if (value === null) return text;
  const written = formatG(value);
  return /[.e]|Inf|NaN/.test(written) ? written : `${written}.0`;
}

/** Value, time and, in OpenMetrics, an exemplar, which nothing here uses. */
const REST = /^[ \t]+(\S+)(?:[ \t]+([^#\s]\S*))?[ \t]*(?:#[ \t]*\{.*)?\r?$/;
const PLAIN_NUMBER = /^[ ](\d+(?:\.\d+)?)$/;

function readSample(
  { text: series, labels }: KnownSeries,
  text: string,
  start: number,
  end: number,
  msPerUnit: number,
  line: number,
): ExposedSample {
  const rest = text.slice(start + series.length, end);
  const plain = PLAIN_NUMBER.exec(rest);
  if (plain) return { labels, value: Number(plain[1]), timestampMs: null };
  const [, valueText, timeText] = REST.exec(rest) ?? [];
  const value = valueText === undefined ? null : readNumber(valueText);
  if (value === null) {
    throw invalid(
      line,
      `${JSON.stringify(excerpt(rest.trim()))} after ${excerpt(series)} is not a value with an optional time`,
    );
  }
  if (timeText === undefined) return { labels, value, timestampMs: null };
  const time = readNumber(timeText);
  if (time === null || !Number.isFinite(time) || (msPerUnit === 1 && !Number.isInteger(time))) {
    throw invalid(line, `${JSON.stringify(excerpt(timeText))} after ${excerpt(series)} is not a time`);
  }
  return { labels, value, timestampMs: Math.trunc(time * msPerUnit) };
}

/** Forms of numbers that came to Go later are no values (textparse/promparse.go). */
function readNumber(text: string): number | null {
  return /[pP_]/.test(text) ? null : parseGoFloat(text);
}
