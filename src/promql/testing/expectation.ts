// What is expected of an evaluation: the lines below `eval`, in the newer form (`expect warn msg: ...`) and the older one
// (`eval_warn`, `expected_fail_message`).

import { RE2JS } from "re2js";
import { parseGoNumber } from "../go-number.ts";
import { leadingMetric } from "../metric-notation.ts";
import { type DescribedValue, holdsHistograms, parseSeriesValues } from "../series-notation.ts";
import { readString as readLiteral } from "../syntax/literals.ts";
import { stringEnd } from "../syntax/string-scanner.ts";
import type { Expectation, ExpectedSeries, ExpectedValue, MessagePattern, TimeRange } from "./script.ts";
import type { ScriptLines } from "./script-lines.ts";

const EXPECT = /^expect\s+(ordered|fail|warn|no_warn|info|no_info)(?:\s+(regex|msg):(.+))?$/;
const EXPECT_RANGE = /^expect range vector\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+)$/;
const RANGE_PREFIX = "expect range vector";
const STRING_PREFIX = "expect string";
const OLD_FAIL = /^expected_fail_(message|regexp)\s+(.+)$/;

const ANY: MessagePattern = { text: "any", matches: () => true };

/** The form of `eval` that says what to expect: `eval_fail` and the like. */
export type EvalForm = "fail" | "warn" | "info" | "ordered" | undefined;

/** Collects while lines are read. */
interface Draft {
  readonly warnings: MessagePattern[];
  readonly infos: MessagePattern[];
  readonly series: ExpectedSeries[];
  value: ExpectedValue | null;
  isOrdered: boolean;
  failure: MessagePattern | null;
  noWarnings: boolean;
  noInfos: boolean;
  points: TimeRange | null;
  unsupported: string | null;
}

function draftOf(form: EvalForm): Draft {
  return {
    warnings: [],
    infos: [],
    series: [],
    value: null,
    isOrdered: form === "ordered",
    failure: form === "fail" ? ANY : null,
    noWarnings: false,
    noInfos: false,
    points: null,
    unsupported: null,
  };
}

function pattern(lines: ScriptLines, kind: string | undefined, text: string): MessagePattern {
  const wanted = text.trim();
  if (kind === undefined) return ANY;
  if (kind === "msg" || kind === "message") return { text: wanted, matches: (message) => message === wanted };
  try {
    const regex = RE2JS.compile(wanted);
    return { text: `/${wanted}/`, matches: (message) => regex.matcher(message).find() };
  } catch (cause) {
    throw lines.invalid(`invalid regular expression ${JSON.stringify(wanted)}`, cause);
  }
}

function readExpect(lines: ScriptLines, line: string, draft: Draft): void {
  const [, what, kind, text = ""] = EXPECT.exec(line) ?? [];
  const message = pattern(lines, kind, text);
  switch (what) {
    case "ordered":
      draft.isOrdered = true;
      break;
    case "fail":
      if (draft.failure !== null) throw lines.invalid("expect fail is given twice");
      draft.failure = message;
      break;
    case "warn":
      draft.warnings.push(message);
      break;
    case "info":
      draft.infos.push(message);
      break;
    case "no_warn":
      draft.noWarnings = true;
      break;
    case "no_info":
      draft.noInfos = true;
      break;
    default:
      throw lines.invalid(
        `expected expect fail, warn, info, no_warn, no_info or ordered, not ${JSON.stringify(line)}`,
      );
  }
  if (draft.noWarnings && draft.warnings.length > 0) throw lines.invalid("expect warn contradicts no_warn");
  if (draft.noInfos && draft.infos.length > 0) throw lines.invalid("expect info contradicts no_info");
}

/** `from 10s to 1m step 10s`, wherever it stands. */
export function readTimeRange(lines: ScriptLines, from: string, to: string, step: string): TimeRange {
  const range = {
    startMs: lines.durationMs(from, "from"),
    endMs: lines.durationMs(to, "to"),
    stepMs: lines.durationMs(step, "step"),
  };
  if (range.endMs < range.startMs) throw lines.invalid(`it ends at ${to}, before it begins at ${from}`);
  return range;
}

function readPoints(lines: ScriptLines, line: string): TimeRange {
  const [, from, to, step] = EXPECT_RANGE.exec(line) ?? [];
  if (from !== undefined && to !== undefined && step !== undefined)
    return readTimeRange(lines, from, to, step);
  throw lines.invalid(
    `expected ${RANGE_PREFIX} from TIME to TIME step DURATION, not ${JSON.stringify(line)}`,
  );
}

function readString(lines: ScriptLines, line: string): string {
  const literal = line.slice(STRING_PREFIX.length).trim();
  const end = /^["`]/.test(literal) ? stringEnd(literal, 0) : { problem: "no quote" };
  if ("to" in end && end.to === literal.length) return readLiteral(literal);
  throw lines.invalid(`expected a string in quotes, not ${JSON.stringify(literal)}`);
}

function readSeries(lines: ScriptLines, line: string, draft: Draft, isInstant: boolean): void {
  const { labels, rest } = lines.located(() => leadingMetric(line));
  let values: readonly DescribedValue[] = [];
  if (holdsHistograms(rest)) draft.unsupported = "native histograms are not supported";
  else values = lines.located(() => parseSeriesValues(rest));
  if (isInstant && values.length > 1 && draft.points === null) {
    throw lines.invalid("several values of an instant evaluation need a line expect range vector");
  }
  draft.series.push({ labels, values });
}

/** Whether the line ends the expectation. */
function readLine(lines: ScriptLines, line: string, draft: Draft, isInstant: boolean): boolean {
  const [, oldKind, oldText] = draft.failure === null ? [] : (OLD_FAIL.exec(line) ?? []);
  const number = parseGoNumber(line);
  if (oldKind !== undefined && oldText !== undefined) {
    draft.failure = pattern(lines, oldKind, oldText);
    return true;
  }
  if (line.startsWith(RANGE_PREFIX)) draft.points = readPoints(lines, line);
  else if (line.startsWith(STRING_PREFIX)) draft.value = { kind: "string", value: readString(lines, line) };
  else if (/^expect(?: |$)/.test(line)) readExpect(lines, line, draft);
  else if (number !== null) {
    draft.value = { kind: "scalar", value: number };
    return true;
  } else readSeries(lines, line, draft, isInstant);
  return false;
}

/** Reads the lines below `eval`. */
export function readExpectation(lines: ScriptLines, form: EvalForm, isInstant: boolean): Expectation {
  const draft = draftOf(form);
  if (form === "warn") draft.warnings.push(ANY);
  if (form === "info") draft.infos.push(ANY);
  for (let line = lines.nextOfBlock(); line !== null; line = lines.nextOfBlock()) {
    if (readLine(lines, line, draft, isInstant)) break;
  }
  const { series, value, ...rest } = draft;
  return { ...rest, value: value ?? { kind: "series", series } };
}
