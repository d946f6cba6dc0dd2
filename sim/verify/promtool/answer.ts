// What promtool says of a rule test: where it got something else than was expected of it.

import { parseDuration } from "../../../src/promql/rules/duration.ts";
import { unquoted } from "../../../src/promql/rules/template/go-quote.ts";

/** Times are milliseconds since the start of the test. */
export type Disagreement =
  | {
      readonly kind: "alert";
      readonly alert: string;
      readonly afterMs: number;
      readonly expected: string;
      readonly got: string;
    }
  | {
      readonly kind: "value";
      readonly expr: string;
      readonly afterMs: number;
      readonly expected: string;
      readonly got: string;
    }
  /** An expression that it cannot evaluate. */
  | { readonly kind: "expression"; readonly expr: string; readonly afterMs: number; readonly reason: string }
  /** Anything else: a rule or a file that it cannot use, after which it compares nothing. */
  | { readonly kind: "other"; readonly reason: string };

const FAILED = /^\s*FAILED:\n/;
/** Each begins so; what it quotes has no line breaks. */
const ENTRY = /^(?= {4}(?:alertname|expr|rule): )/m;
const ALERT = /^ {4}alertname: (.*), time: (\S+), \n {8}exp:([\s\S]*), \n {8}got:([\s\S]*)$/;
const VALUE = /^ {4}expr: ("(?:[^"\\]|\\.)*"), time: (\S+),\n {8}exp: ([\s\S]*)\n {8}got: ([\s\S]*)$/;
const EXPRESSION = /^ {4}expr: ("(?:[^"\\]|\\.)*"), time: (\S+), err: ([\s\S]*)$/;

/**
 * All disagreements in what a failed test printed.
 *
 * promtool says that NaN differs from NaN; such entries, which show the same on both sides, are left out.
 */
export function readDisagreements(output: string): readonly Disagreement[] {
  return output
    .replace(FAILED, "")
    .split(ENTRY)
    .map((entry) => entry.trimEnd())
    .filter((entry) => entry !== "")
    .map(readEntry)
    .filter((found) => !("got" in found) || found.got !== found.expected);
}

function readEntry(entry: string): Disagreement {
  const [, alert, atAlert, expAlerts, gotAlerts] = ALERT.exec(entry) ?? [];
  if (alert !== undefined && expAlerts !== undefined && gotAlerts !== undefined) {
    const [expected, got] = [oneLine(expAlerts), oneLine(gotAlerts)];
    return { kind: "alert", alert, afterMs: milliseconds(atAlert), expected, got };
  }
  const [, expr, atValue, expected, got] = VALUE.exec(entry) ?? [];
  if (expr !== undefined && expected !== undefined && got !== undefined) {
    return { kind: "value", expr: textOf(expr), afterMs: milliseconds(atValue), expected, got };
  }
  const [, failing, atFailure, reason] = EXPRESSION.exec(entry) ?? [];
  if (failing !== undefined && reason !== undefined) {
    return { kind: "expression", expr: textOf(failing), afterMs: milliseconds(atFailure), reason };
  }
  return { kind: "other", reason: oneLine(entry) };
}

function textOf(quoted: string): string {
  return unquoted(quoted) ?? quoted;
}

function milliseconds(text = ""): number {
  const duration = parseDuration(text === "0s" ? "0" : text);
  return "ms" in duration ? duration.ms : Number.NaN;
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, " ");
}
