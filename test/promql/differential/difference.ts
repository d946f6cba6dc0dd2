// Whether our answer is promtool's. Numbers may differ in their last digits: Go's and JavaScript's transcendental functions
// round differently, and Prometheus itself adds up in an order that changes from run to run.

import { almostEqual } from "../../../src/promql/almost-equal.ts";
import { formatG } from "../../../src/promql/go-number.ts";
import type { VectorSample } from "../../../src/promql/value.ts";
import type { Answer } from "./promtool-answers.ts";

const EPSILON = 1e-11;
const ROUNDED_OFF = 1e-14;

/** What differs, in words; `null` for nothing. */
export function difference(ours: Answer, theirs: Answer): string | null {
  if (ours.kind === "error" && theirs.kind === "error") {
    if (essence(ours.message) === essence(theirs.message)) return null;
    return `ours: ${ours.message}\ntheirs: ${theirs.message}`;
  }
  if (ours.kind === "error" || theirs.kind === "error") {
    return `ours: ${answerText(ours)}\ntheirs: ${answerText(theirs)}`;
  }
  const others = new Map(theirs.samples.map((sample) => [sample.labels.key, sample]));
  const isSame =
    ours.samples.length === theirs.samples.length &&
    ours.samples.every(({ labels, value }) => {
      const other = others.get(labels.key);
      return other !== undefined && isClose(value, other.value);
    });
  return isSame ? null : `ours: ${answerText(ours)}\ntheirs: ${answerText(theirs)}`;
}

/**
 * What must agree in an error. Which series promtool names as duplicates changes from run to run, as it reads series in a
 * random order. Of several things that are wrong with the text of an expression either may be named, and some are found in
 * the text by one and in the evaluation by the other.
 */
function essence(message: string): string {
  if (/^(\d+:\d+|unknown position): /.test(message)) return "parse error";
  return message
    .replace(/the match group \{.*\} on the/, "the match group on the")
    .replace(/operation: \[.*\];/, "operation;");
}

/** What should be nothing is often what rounding left of something. */
function isClose(ours: number, theirs: number): boolean {
  // Where Go's exponential leaves the range of numbers depends on the processor.
  if (Math.min(Math.abs(ours), Math.abs(theirs)) > 1e307) return ours > 0 === theirs > 0;
  return (
    almostEqual(ours, theirs, EPSILON) || (Math.abs(ours) < ROUNDED_OFF && Math.abs(theirs) < ROUNDED_OFF)
  );
}

function answerText(answer: Answer): string {
  if (answer.kind === "error") return `error ${answer.message}`;
  return answer.samples.length === 0 ? "nothing" : answer.samples.map(sampleText).sort().join(", ");
}

function sampleText({ labels, value }: VectorSample): string {
  return `${labels} ${formatG(value)}`;
}
