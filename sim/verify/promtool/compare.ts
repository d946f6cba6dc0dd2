// A second opinion: promtool evaluates the same rules on the same recorded series. Wherever it sees something else than we
// do, one of the two is wrong, and it is the definition of right.

import type { Rule, RuleGroup } from "../../../src/promql/rules/rule.ts";
import type { Recording } from "../recording.ts";
import { greatestCommonDivisor } from "../rule-history.ts";
import { type Disagreement, readDisagreements } from "./answer.ts";
import { expectationsOf, outputsOf, type RuleExpectations } from "./expectations.ts";
import { runRuleTest } from "./program.ts";
import { ruleFileText, ruleTestText } from "./rule-test.ts";

const RULES = "rules.yaml";
const TEST = "test.yaml";
/** Of one rule, so that a defect that shows all the time does not hide others. */
const MAX_SHOWN = 3;
/** Of a long vector only the surroundings of the first difference are shown. */
const CONTEXT_CHARS = 80;
const MAX_SHOWN_CHARS = 240;

/**
 * Every difference as a sentence with file and line of the rule, the second of the scenario, and both sides.
 * @param promtool its path, checked with `checkPromtool`
 */
export async function compareWithPromtool(
  recording: Pick<Recording, "store" | "startMs" | "endMs" | "scrapeIntervalMs">,
  groups: readonly RuleGroup[],
  promtool: string,
): Promise<readonly string[]> {
  const findings: string[] = [];
  const all = expectationsOf(recording, groups);
  const gridMs = all.reduce(
    (step, { intervalMs }) => greatestCommonDivisor(step, intervalMs),
    recording.scrapeIntervalMs,
  );
  for (const expectations of all) findings.push(...(await differences(expectations, gridMs, promtool)));
  return findings;
}

/** Of the groups of one interval. */
export async function differences(
  expectations: RuleExpectations,
  gridMs: number,
  promtool: string,
): Promise<readonly string[]> {
  const rules = expectations.groups.flatMap((group) => group.rules);
  if (rules.length === 0) return [];
  const { ok, stdout, stderr } = await runRuleTest(promtool, TEST, [
    { name: RULES, text: ruleFileText(expectations.groups) },
    { name: TEST, text: ruleTestText(expectations, RULES, gridMs) },
  ]);
  if (ok) return [];
  const found = readDisagreements(stderr);
  // It failed and said nothing: that is no agreement.
  if (stderr.trim() === "") return [`promtool failed: ${stdout.trim()}`];
  return Map.groupBy(found, (one) => subjectOf(one, rules))
    .entries()
    .flatMap(([subject, list]) => sentences(subject, list))
    .toArray();
}

function sentences(subject: string, list: readonly Disagreement[]): readonly string[] {
  const shown = list.slice(0, MAX_SHOWN).map((one) => `${subject}: ${sentence(one)}`);
  const others = list.length - shown.length;
  return others === 0 ? shown : [...shown, `${subject}: promtool differs at ${others} further times`];
}

/** Which rules it is about. */
function subjectOf(found: Disagreement, rules: readonly Rule[]): string {
  const meant = rules.filter((rule) => isAbout(found, rule));
  const [first] = meant;
  if (!first) return "promtool";
  const places = meant.map(({ position: { file, line } }) => `${file}:${line}`).join(", ");
  return `${places}: ${first.kind === "alert" ? first.alert : first.record}`;
}

function isAbout(found: Disagreement, rule: Rule): boolean {
  switch (found.kind) {
    case "alert":
      return rule.kind === "alert" && rule.alert === found.alert;
    case "value":
    case "expression":
      return rule.text === found.expr || outputsOf(rule).includes(found.expr);
    case "other":
      return false;
  }
}

function sentence(found: Disagreement): string {
  switch (found.kind) {
    case "alert":
    case "value": {
      const [theirs, ours] = shortened(found.got, found.expected);
      const what = found.kind === "alert" ? "" : `${found.expr} = `;
      return `at ${found.afterMs / 1000} s promtool has ${what}${theirs}, not ${ours}`;
    }
    case "expression":
      return `at ${found.afterMs / 1000} s promtool cannot evaluate ${found.expr}: ${found.reason}`;
    case "other":
      return found.reason;
  }
}

/** Both texts around the first place where they differ. */
function shortened(a: string, b: string): readonly [string, string] {
  let same = 0;
  while (same < a.length && a[same] === b[same]) same++;
  const from = Math.max(0, same - CONTEXT_CHARS);
  const cut = (text: string) => {
    const part = text.slice(from, from + MAX_SHOWN_CHARS);
    return `${from > 0 ? "..." : ""}${part}${from + part.length < text.length ? "..." : ""}`;
  };
  return [cut(a), cut(b)];
}
