// What it means when a fault of the fault proxy was on and hit nothing: nobody went through the proxy.

import { findFault } from "../faults/faults.ts";
import { durationText } from "../scenarios/duration.ts";
import { type PlayedFault, tookNothing } from "../scenarios/play.ts";
import { isRemote } from "./live-stage.ts";

/** Who goes where, in the stack. */
const WAYS = {
  kafka: "do websocket-server, quality-monitor and exporter reach Kafka",
  redis: "does websocket-server reach Redis",
} as const;

/** A sentence about a fault that took nothing on a stack with a fault proxy. */
export function missedFault(played: PlayedFault): string {
  const fault = findFault(played.fault);
  if (!isRemote(fault)) return tookNothing(played);
  const concernsRedis = fault.needs.includes("redis") || played.params.link === "redis";
  const lasted = durationText(Math.round((played.clearedMs - played.appliedMs) / 1000));
  return `fault ${fault.name} was in force for ${lasted} and hit nothing: ${WAYS[concernsRedis ? "redis" : "kafka"]} by the fault proxy? A service that was made anew without every --env-file of the stack goes past it`;
}
