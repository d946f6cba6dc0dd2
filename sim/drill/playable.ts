// Which scenarios a stack can play: what must be broken can be reached, settings can be given, the speed is one at which it
// works, and Prometheus scrapes what the scenario needs.

import { parseFaultParams } from "../faults/faults.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import { capabilities, type Reach } from "./live-stage.ts";

export interface PlayableOptions extends Reach {
  readonly scale: number;
  /** That the stack's Prometheus scrapes. */
  readonly jobs: ReadonlySet<string>;
}

/**
 * The reason why a scenario cannot be played on a stack; `null` if it can.
 * @throws DashstreamError `scenario_invalid` if it names faults or parameters that do not exist
 */
export function whyNotHere(scenario: Scenario, options: PlayableOptions): string | null {
  const has = capabilities(options);
  for (const { fault: name, params } of [...scenario.faults, ...scenario.remedy]) {
    const { fault } = parseFaultParams(name, params);
    const missing = fault.needs.find((part) => !has.has(part));
    if (missing !== undefined) return `${name} needs ${missing}, which cannot be controlled here`;
  }
  const wantsSettings = [scenario.env, ...Object.values(scenario.env_of)].some(
    (variables) => Object.keys(variables).length > 0,
  );
  if (wantsSettings && options.services === null) return "its services need other settings";
  if (options.scale > scenario.max_scale) return `it is played at most ${scenario.max_scale} times faster`;
  const unscraped = scenario.also_scraped.find(({ job }) => !options.jobs.has(job));
  if (unscraped) return `its Prometheus also scrapes ${unscraped.component} as the job ${unscraped.job}`;
  return null;
}
