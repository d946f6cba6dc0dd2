// Which stack plays which scenarios. Some stacks at once play as much as the machine bears; a stack has rules of one speed, so
// that what cannot be played as fast as the rest has one of its own.

import { planDurationMs, planOf } from "../../../sim/scenarios/play.ts";
import type { Scenario } from "../../../sim/scenarios/scenario.ts";

/** Scenarios of one stack, in the order in which it plays them. */
export interface Part {
  readonly scale: number;
  readonly scenarios: readonly string[];
}

/** Parts that are played one after the other. */
export type Lane = readonly Part[];

export interface Speeds {
  readonly fast: number;
  /** Of those that bear no more. */
  readonly slow: number;
}

/** Of a scenario beside its own times, in seconds: a stack that becomes quiet, and what a fault needs to begin. */
const OVERHEAD_S = 5;
/** Of services that are given other settings, in seconds; counted for each scenario, though equal ones share it. */
const SETTINGS_S = 5;
/** Of one more stack, in seconds. */
const STACK_S = 15;

/** Lanes that end at about the same time. */
export function lanesOf(
  scenarios: readonly Scenario[],
  count: number,
  { fast, slow }: Speeds,
): readonly Lane[] {
  const isSlow = ({ max_scale }: Scenario) => max_scale < fast;
  const slowOnes = scenarios.filter(isSlow);
  const slowS = slowOnes.reduce((sum, scenario) => sum + lastingS(scenario, slow), STACK_S);
  const loads = Array.from({ length: count }, (_, index) => ({
    lastingS: index === 0 && slowOnes.length > 0 ? slowS : 0,
    scenarios: [] as Scenario[],
  }));
  const longestFirst = scenarios
    .filter((scenario) => !isSlow(scenario))
    .sort((a, b) => lastingS(b, fast) - lastingS(a, fast));
  for (const scenario of longestFirst) {
    const load = loads.reduce((least, other) => (other.lastingS < least.lastingS ? other : least));
    load.scenarios.push(scenario);
    load.lastingS += lastingS(scenario, fast);
  }
  return loads
    .map((load, index) => [...(index === 0 ? [partOf(slow, slowOnes)] : []), partOf(fast, load.scenarios)])
    .map((lane) => lane.filter((part) => part.scenarios.length > 0))
    .filter((lane) => lane.length > 0);
}

/** In seconds. */
function lastingS(scenario: Scenario, scale: number): number {
  const settingsS = settingsOf(scenario) === "" ? 0 : SETTINGS_S;
  return OVERHEAD_S + settingsS + planDurationMs(planOf(scenario)) / 1000 / scale;
}

/** Those with the same settings follow each other, for services are restarted in between. */
function partOf(scale: number, scenarios: readonly Scenario[]): Part {
  const ordered = [...scenarios].sort(
    (a, b) => settingsOf(a).localeCompare(settingsOf(b)) || a.name.localeCompare(b.name),
  );
  return { scale, scenarios: ordered.map(({ name }) => name) };
}

/** What differs in services that play it; "" = nothing. */
function settingsOf({ env, env_of }: Scenario): string {
  const settings = [env, ...Object.values(env_of)];
  return settings.every((each) => Object.keys(each).length === 0) ? "" : JSON.stringify(settings);
}
