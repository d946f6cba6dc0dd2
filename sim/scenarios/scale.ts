// A scenario in which everything happens faster, for live drills with rules of the same scale (`dashstream rules --scale`):
// what took five minutes takes five seconds. What breaks a second, and how long one operation takes, stays; only the healthy
// traffic is denser, because shares of it are judged over seconds.

import { MAX_DENSER } from "../faults/fault.ts";
import { parseFaultParams } from "../faults/faults.ts";
import { durationText, seconds } from "./duration.ts";
import type { Scenario } from "./scenario.ts";

/** @throws DashstreamError `scenario_invalid` if it names faults or parameters that do not exist */
export function scaleScenario(scenario: Scenario, scale: number): Scenario {
  if (scale === 1) return scenario;
  const shorter = (text: string) => durationText(seconds(text) / scale);
  return {
    ...scenario,
    warm_up: shorter(scenario.warm_up),
    hold: shorter(scenario.hold),
    settle: shorter(scenario.settle),
    traffic: { ...scenario.traffic, rate: scenario.traffic.rate * Math.min(scale, MAX_DENSER) },
    faults: scenario.faults.map(({ fault, params, after, for: lasting }) => ({
      fault,
      params: scaledParams(fault, params, scale),
      after: shorter(after),
      ...(lasting === undefined ? {} : { for: shorter(lasting) }),
    })),
    expect: scenario.expect.map((expectation) => ({
      ...expectation,
      ...(expectation.within === undefined ? {} : { within: shorter(expectation.within) }),
    })),
  };
}

function scaledParams(
  name: string,
  given: Readonly<Record<string, unknown>>,
  scale: number,
): Record<string, unknown> {
  const { fault, params } = parseFaultParams(name, given);
  return { ...((fault.scaled?.(params, scale) ?? params) as Readonly<Record<string, unknown>>) };
}
