// A stage on which nothing but the traffic can be controlled: that of a producer to somebody else's Kafka.

import { DashstreamError } from "../../src/errors.ts";
import type { CheckedFault } from "./faults.ts";
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

/** @throws DashstreamError `scenario_invalid` if the fault needs more than the traffic */
export function checkTrafficFault({ fault }: CheckedFault): void {
  const others = fault.needs.filter((part) => part !== "traffic");
  if (others.length === 0) return;
  throw new DashstreamError(
    "scenario_invalid",
    `fault ${fault.name}: needs ${others.join(" and ")}, but only traffic can be controlled here`,
  );
}
