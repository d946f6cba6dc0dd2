// Reads a whole script. The first line that is not understood is an error that names it; expressions are not looked at.

import { readExpectation, readTimeRange } from "./expectation.ts";
import { readLoad } from "./load-command.ts";
import type { Command, Evaluation, EvaluationTime } from "./script.ts";
import { ScriptLines } from "./script-lines.ts";

const INSTANT = /^eval(?:_(fail|warn|ordered|info))?\s+instant\s+at\s+(.+?)\s+(.+)$/;
const RANGE = /^eval(?:_(fail|warn|info))?\s+range\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+?)\s+(.+)$/;

interface Eval {
  readonly form: string | undefined;
  readonly expr: string;
  readonly time: EvaluationTime;
}

function readEvalLine(lines: ScriptLines, line: string): Eval {
  const [, instantForm, at, instantExpr] = INSTANT.exec(line) ?? [];
  if (at !== undefined && instantExpr !== undefined) {
    const time = { kind: "instant", atMs: lines.durationMs(at, "the time") } as const;
    return { form: instantForm, expr: instantExpr, time };
  }
  const [, form, from = "", to = "", step = "", expr] = RANGE.exec(line) ?? [];
  if (expr !== undefined) {
    return { form, expr, time: { kind: "range", ...readTimeRange(lines, from, to, step) } };
  }
  throw lines.invalid(
    `expected eval instant at TIME EXPR or eval range from TIME to TIME step DURATION EXPR, not ${JSON.stringify(line)}`,
  );
}

function readEval(lines: ScriptLines, first: string): Evaluation {
  const line = lines.number;
  const { form, expr, time } = readEvalLine(lines, first);
  const known =
    form === "fail" || form === "warn" || form === "info" || form === "ordered" ? form : undefined;
  return {
    kind: "eval",
    line,
    expr,
    time,
    expectation: readExpectation(lines, known, time.kind === "instant"),
  };
}

/**
 * @param file its name, for errors
 * @throws DashstreamError `promql_invalid` that begins with file and line
 */
export function parseScript(text: string, file: string): readonly Command[] {
  const lines = new ScriptLines(text, file);
  const commands: Command[] = [];
  for (let line = lines.next(); line !== null; line = lines.next()) {
    const [word = ""] = line.toLowerCase().split(/[\t ]/, 1);
    if (line === "") continue;
    if (word === "clear") commands.push({ kind: "clear" });
    else if (word.startsWith("load")) commands.push(readLoad(lines, line));
    else if (word.startsWith("eval")) commands.push(readEval(lines, line));
    else throw lines.invalid(`expected load, clear or eval, not ${JSON.stringify(line)}`);
  }
  return commands;
}
