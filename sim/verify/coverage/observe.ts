// Observes users' rules on the recording of one scenario: when their alerts fired, and if they did not, how far their
// expressions got.

import type { AlertTransition, Rule, RuleGroup, RuleProblem } from "../../../src/promql/rules/rule.ts";
import { shownProblem } from "../../../src/promql/rules/shown-problem.ts";
import type { Scenario } from "../../scenarios/scenario.ts";
import { type Episode, episodesOf } from "../alert-history.ts";
import type { Recording } from "../recording.ts";
import { intervalOf, type RuleHistory } from "../rule-history.ts";
import type { ObservedRaise, RuleObservation, ScenarioObservation } from "./observation.ts";
import { observeParts } from "./observe-parts.ts";

const MS_PER_S = 1000;

/** @param looked rules whose expressions are looked into; default: all */
export function observe(
  scenario: Scenario,
  recording: Recording,
  history: RuleHistory,
  groups: readonly RuleGroup[],
  looked?: ReadonlySet<Rule>,
): ScenarioObservation {
  const { startMs, endMs } = recording;
  const faults = isControl(scenario) ? [] : recording.faults;
  const faultMs = Math.min(...faults.map(({ appliedMs }) => appliedMs));
  const transitions = Map.groupBy<Rule, AlertTransition>(history.transitions, ({ rule }) => rule);
  const rules = groups.flatMap((group) => {
    const range = { startMs, endMs, stepMs: intervalOf(group) };
    return group.rules.map((rule): RuleObservation => {
      const states = statesOf(transitions.get(rule) ?? [], faultMs, recording);
      const wasActive =
        states.firedWithoutFault || states.raised !== null || states.longestPending_s !== null;
      const isLooked = looked?.has(rule) ?? true;
      return {
        ...states,
        parts: wasActive ? [GIVEN] : isLooked ? observeParts(rule.expr, history, range) : [],
        failures: failuresOf(rule, history),
      };
    });
  });
  return {
    scenario: scenario.name,
    faults: [...new Set(faults.map(({ fault }) => fault))],
    always: scenario.expect.filter(({ always }) => always).map(({ alert }) => alert),
    rules,
    exported: [...new Set([...recording.store.all()].map(({ labels }) => labels.name))],
    findings: recording.findings,
  };
}

/** What it does is part of a healthy life: it expects nothing to tell of it. */
function isControl({ expect }: Scenario): boolean {
  return expect.length > 0 && expect.every(({ always }) => always);
}

/** An expression that made an alert active needs no further look. */
const GIVEN = { part: 0, gave: true, nearest: null, mismatches: [] } as const;

function statesOf(
  transitions: readonly AlertTransition[],
  faultMs: number,
  recording: Recording,
): Pick<RuleObservation, "raised" | "firedWithoutFault" | "longestPending_s"> {
  const episodes = episodesOf(transitions);
  // What was pending when the fault came would have fired without it. And what fires without a fault says nothing when it
  // fires again.
  const early = episodes.filter(({ activeMs, firingMs }) => firingMs !== null && activeMs < faultMs);
  const noisy = new Set(early.map(instanceKey));
  const raised = episodes
    .filter((episode) => episode.firingMs !== null && !noisy.has(instanceKey(episode)))
    .sort((a, b) => (a.firingMs ?? 0) - (b.firingMs ?? 0))[0];
  const pending = episodes
    .filter(({ firingMs }) => firingMs === null)
    .map(({ activeMs, inactiveMs }) => ((inactiveMs ?? recording.endMs) - activeMs) / MS_PER_S);
  return {
    raised: raised === undefined ? null : raiseOf(raised, faultMs, recording),
    firedWithoutFault: early.length > 0,
    longestPending_s: pending.length === 0 ? null : Math.max(...pending),
  };
}

function instanceKey({ labels }: Episode): string {
  return JSON.stringify(Object.entries(labels).sort());
}

function raiseOf({ firingMs, inactiveMs }: Episode, faultMs: number, { startMs }: Recording): ObservedRaise {
  const atMs = firingMs ?? 0;
  return {
    firing_at_s: (atMs - startMs) / MS_PER_S,
    detection_s: Math.round(atMs - faultMs) / MS_PER_S,
    resolved_at_s: inactiveMs === null ? null : (inactiveMs - startMs) / MS_PER_S,
  };
}

function failuresOf(rule: Rule, { failures }: RuleHistory): readonly RuleProblem[] {
  return failures.filter((failure) => failure.rule === rule).map(shownProblem);
}
