// Which stack plays which scenarios. Some stacks at once play as much as the machine bears; a stack has rules of one speed, so
// that what cannot be played as fast as the rest has one of its own.

import { seconds } from "../../../sim/scenarios/duration.ts";
import type { Scenario } from "../../../sim/scenarios/scenario.ts";

/** Scenarios of one stack, in the order of the list they come from. */
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

/** Of a scenario beside its own times, in seconds: settings, a stack that becomes quiet, what a fault needs to begin. */
const OVERHEAD_S = 6;
/** Of one more stack, in seconds. */
const STACK_S = 15;

/** Lanes that end at about the same time. */
export function lanesOf(
  scenarios: readonly Scenario[],
  lanes: number,
  { fast, slow }: Speeds,
): readonly Lane[] {
  const isSlow = ({ max_scale }: Scenario) => max_scale < fast;
  const lastingS = ({ warm_up, hold, settle }: Scenario, scale: number) =>
    OVERHEAD_S + (seconds(warm_up) + seconds(hold) + seconds(settle)) / scale;
  const slowOnes = scenarios.filter(isSlow);
  const slowS = slowOnes.reduce((sum, scenario) => sum + lastingS(scenario, slow), STACK_S);
  const loads = Array.from({ length: lanes }, (_, index) => ({
    seconds: index === 0 && slowOnes.length > 0 ? slowS : 0,
    scenarios: new Set<Scenario>(),
  }));
  const longestFirst = scenarios
    .filter((scenario) => !isSlow(scenario))
    .sort((a, b) => lastingS(b, fast) - lastingS(a, fast));
  for (const scenario of longestFirst) {
    const load = loads.reduce((least, other) => (other.seconds < least.seconds ? other : least));
    load.scenarios.add(scenario);
    load.seconds += lastingS(scenario, fast);
  }
  const part = (scale: number, isOf: (scenario: Scenario) => boolean): Part => ({
    scale,
    scenarios: scenarios.filter(isOf).map(({ name }) => name),
  });
  return loads
    .map((load, index) => [
      ...(index === 0 ? [part(slow, isSlow)] : []),
      part(fast, (scenario) => load.scenarios.has(scenario)),
    ])
    .map((lane) => lane.filter((each) => each.scenarios.length > 0))
    .filter((lane) => lane.length > 0);
}
