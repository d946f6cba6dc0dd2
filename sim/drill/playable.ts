// Which scenarios a stack can play: what must be broken can be reached, settings can be given, the speed is one at which it
// works, and Prometheus scrapes what the scenario needs.

import { DashstreamError } from "../../src/errors.ts";
import type { Fault } from "../faults/fault.ts";
import { parseFaultParams } from "../faults/faults.ts";
import type { Capability } from "../faults/stage.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import type { Reach } from "./live-stage.ts";

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

/** Of scenarios with the same reason. */
const SHOWN_NAMES = 3;

/**
 * What a drill of a scenario needs of the stack.
 * @throws DashstreamError `scenario_invalid` if it names faults or parameters that do not exist
 */
export function drillNeeds(scenario: Scenario): readonly DrillNeed[] {
  const jobs = new Set(scenario.also_scraped.map(({ job }) => job));
  return [...flagsFor(scenario), ...[...jobs].map((job) => `job ${job}` as const)];
}

function flagsFor(scenario: Scenario): readonly DrillFlag[] {
  const parts = faultsOf(scenario).flatMap(({ needs }) => needs.map((part) => NEEDS[part]));
  const wanted = new Set<DrillFlag | null>(wantsSettings(scenario) ? [...parts, "services"] : parts);
  return (["proxy", "services", "targets"] as const).filter((need) => wanted.has(need));
}

/** Those of its remedies too. */
function faultsOf({ faults, remedy }: Scenario): readonly Fault[] {
  return [...faults, ...remedy].map(({ fault, params }) => parseFaultParams(fault, params).fault);
}

function wantsSettings({ env, env_of }: Scenario): boolean {
  return [env, ...Object.values(env_of)].some((variables) => Object.keys(variables).length > 0);
}

/**
 * The reason why a scenario cannot be played on a stack, in words of whoever types the command; `null` if it can.
 * @throws DashstreamError `scenario_invalid` if it names faults or parameters that do not exist
 */
export function whyNotHere(scenario: Scenario, options: PlayableOptions): string | null {
  const { remote, services, discovery, scale, jobs } = options;
  const parts = { proxy: remote, services, targets: discovery };
  const missing = flagsFor(scenario).filter((flag) => parts[flag] === null);
  if (missing.length > 0) return `needs ${missing.map((flag) => `--${flag}`).join(", ")}`;
  if (scale > scenario.max_scale) {
    return `is played at most ${scenario.max_scale} times faster, and --scale is ${scale}`;
  }
  const unscraped = scenario.also_scraped.find(({ job }) => !jobs.has(job));
  if (unscraped) return `needs a Prometheus that scrapes ${unscraped.component} as the job ${unscraped.job}`;
  return null;
}

/**
 * At least one of them can be played; which others cannot is no error.
 * @throws DashstreamError `usage` saying why none can, or `scenario_invalid`
 */
export function requirePlayable(scenarios: readonly Scenario[], options: PlayableOptions): void {
  const reasons = scenarios.map((scenario) => ({ scenario, because: whyNotHere(scenario, options) }));
  if (reasons.some(({ because }) => because === null)) return;
  const told = [...Map.groupBy(reasons, ({ because }) => because)].map(
    ([because, all]) => `${namesText(all.map(({ scenario }) => scenario.name))} ${because}`,
  );
  throw new DashstreamError("usage", `nothing can be played: ${told.join("; ")}`);
}

function namesText(names: readonly string[]): string {
  const more = names.length - SHOWN_NAMES;
  // One more takes no more room than its number.
  const shown = more > 1 ? `${names.slice(0, SHOWN_NAMES).join(", ")} and ${more} more` : names.join(", ");
  return names.length > 1 ? `each of ${shown}` : shown;
}
