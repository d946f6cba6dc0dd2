// A stage on which nothing but the traffic can be controlled: that of a producer to somebody else's Kafka.

import { DashstreamError } from "../../src/errors.ts";
import type { Fault } from "./fault.ts";
import { type CheckedFault, FAULTS } from "./faults.ts";
import type { Stage } from "./stage.ts";

export type TrafficStage = Stage & { readonly traffic: NonNullable<Stage["traffic"]> };

export function trafficStage(
  parts: Pick<TrafficStage, "clock" | "random" | "log" | "kafka" | "traffic">,
): TrafficStage {
  const nothing = {
    broker: null,
    redis: null,
    links: null,
    clients: null,
    components: null,
    discovery: null,
  };
  return { ...nothing, ...parts };
}

/** What only means something at a certain time, among other traffic before and after it. */
const OF_A_SCENARIO: ReadonlySet<string> = new Set(["idle", "producer-restart"]);

/** Faults that can be in force from the first record to the last of a producer. */
export function trafficFaults(): readonly Fault[] {
  return [...FAULTS.values()].filter(({ area, name }) => area === "traffic" && !OF_A_SCENARIO.has(name));
}

/** @throws DashstreamError `scenario_invalid` if the fault is none of `trafficFaults` */
export function checkTrafficFault({ fault }: CheckedFault): void {
  if (OF_A_SCENARIO.has(fault.name)) {
    throw new DashstreamError(
      "scenario_invalid",
      `fault ${fault.name}: is a matter of time, so that it belongs into a scenario (dashstream verify)`,
    );
  }
  const others = fault.needs.filter((part) => part !== "traffic");
  if (others.length === 0) return;
  throw new DashstreamError(
    "scenario_invalid",
    `fault ${fault.name}: needs ${others.join(" and ")}, but only traffic can be controlled here`,
  );
}
