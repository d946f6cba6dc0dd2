// Label matchers. A regular expression must fit the whole value and is of the syntax RE2, as in Prometheus.

import { RE2JS } from "re2js";
import { DashstreamError, describeError } from "../errors.ts";
import type { LabelMatcher } from "./series-store.ts";

/** Rules ask the same few patterns about the same few values, at each evaluation. */
const PATTERN_LIMIT = 1_000;
const VALUE_LIMIT = 10_000;

type Test = (value: string) => boolean;

const compiled = new Map<string, Test>();

/** @throws DashstreamError `promql_invalid` if `value` is not a regular expression that `op` needs */
export function createMatcher(name: string, op: LabelMatcher["op"], value: string): LabelMatcher {
  return { name, op, value, matches: testOf(op, value) };
}

function testOf(op: LabelMatcher["op"], value: string): Test {
  switch (op) {
    case "=":
      return (given) => given === value;
    case "!=":
      return (given) => given !== value;
    case "=~":
      return regexTest(value);
    case "!~": {
      const fits = regexTest(value);
      return (given) => !fits(given);
    }
  }
}

/** Whether a text fits from its beginning to its end; `.` also stands for a line break. */
function regexTest(pattern: string): Test {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  const test = remembering(compile(pattern));
  if (compiled.size >= PATTERN_LIMIT) compiled.clear();
  compiled.set(pattern, test);
  return test;
}

function compile(pattern: string): Test {
  try {
    // By itself first: `a)(b` is a pattern only between parentheses.
    RE2JS.compile(pattern);
    const regex = RE2JS.compile(`^(?s:${pattern})$`);
    return (value) => regex.testExact(value);
  } catch (error) {
    throw new DashstreamError("promql_invalid", describeError(error), { cause: error });
  }
}

function remembering(test: Test): Test {
  const known = new Map<string, boolean>();
  return (value) => {
    const before = known.get(value);
    if (before !== undefined) return before;
    const fits = test(value);
    if (known.size >= VALUE_LIMIT) known.clear();
    known.set(value, fits);
    return fits;
  };
}
