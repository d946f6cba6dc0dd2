// Which scenarios a stack can play: what must be broken can be reached, settings can be given, the speed is one at which it
// works, and Prometheus scrapes what the scenario needs.

import type { Fault } from "../faults/fault.ts";
import { parseFaultParams } from "../faults/faults.ts";
import type { Capability } from "../faults/stage.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import { capabilities, type Reach } from "./live-stage.ts";

export interface PlayableOptions extends Reach {
  readonly scale: number;
  /** That the stack's Prometheus scrapes. */
  readonly jobs: ReadonlySet<string>;
}

/** What a drill must be given for a scenario: the name of a flag, or a job that its Prometheus must scrape. */
export type DrillNeed = DrillFlag | `job ${string}`;

type DrillFlag = "proxy" | "services" | "targets";

const NEEDS: Readonly<Record<Capability, DrillFlag | null>> = {
  traffic: null,
  clients: null,
  broker: "proxy",
  redis: "proxy",
  links: "proxy",
  components: "services",
  discovery: "targets",
};

/**
 * What a drill of a scenario needs of the stack.
 * @throws DashstreamError `scenario_invalid` if it names faults or parameters that do not exist
 */
export function drillNeeds(scenario: Scenario): readonly DrillNeed[] {
  const parts = faultsOf(scenario).flatMap(({ needs }) => needs.map((part) => NEEDS[part]));
  const wanted = new Set<DrillFlag | null>(wantsSettings(scenario) ? [...parts, "services"] : parts);
  const flags = (["proxy", "services", "targets"] as const).filter((need) => wanted.has(need));
  const jobs = new Set(scenario.also_scraped.map(({ job }) => job));
  return [...flags, ...[...jobs].map((job) => `job ${job}` as const)];
}

/** Those of its remedies too. */
function faultsOf({ faults, remedy }: Scenario): readonly Fault[] {
  return [...faults, ...remedy].map(({ fault, params }) => parseFaultParams(fault, params).fault);
}

function wantsSettings({ env, env_of }: Scenario): boolean {
  return [env, ...Object.values(env_of)].some((variables) => Object.keys(variables).length > 0);
}

/**
 * The reason why a scenario cannot be played on a stack; `null` if it can.
 * @throws DashstreamError `scenario_invalid` if it names faults or parameters that do not exist
 */
export function whyNotHere(scenario: Scenario, options: PlayableOptions): string | null {
  const has = capabilities(options);
  for (const { name, needs } of faultsOf(scenario)) {
    const missing = needs.find((part) => !has.has(part));
    if (missing !== undefined) return `${name} needs ${missing}, which cannot be controlled here`;
  }
  if (wantsSettings(scenario) && options.services === null) return "its services need other settings";
  if (options.scale > scenario.max_scale) return `it is played at most ${scenario.max_scale} times faster`;
  const unscraped = scenario.also_scraped.find(({ job }) => !options.jobs.has(job));
  if (unscraped) return `its Prometheus also scrapes ${unscraped.component} as the job ${unscraped.job}`;
  return null;
}
