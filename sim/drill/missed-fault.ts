// What it may mean when a fault of the fault proxy was on and hit nothing: nobody went through the proxy, or what the fault
// takes did not come. Which of them, nobody knows.

import { findFault } from "../faults/faults.ts";
import { COMPONENT_NAMES } from "../faults/stage.ts";
import { durationText } from "../scenarios/duration.ts";
import { type PlayedFault, tookNothing } from "../scenarios/play.ts";
import { isRemote } from "./live-stage.ts";

/** Who goes to Redis, in the stack; all go to Kafka. */
const CLIENTS_OF_REDIS = ["websocket-server"];

const PAST = "as one does that was made anew without every --env-file of the stack";

/** A sentence about a fault that took nothing on a stack with a fault proxy. */
export function missedFault(played: PlayedFault): string {
  const fault = findFault(played.fault);
  if (!isRemote(fault)) return tookNothing(played);
  const lasted = durationText((played.clearedMs - played.appliedMs) / 1000);
  const concernsRedis = fault.needs.includes("redis") || played.params.link === "redis";
  const taken = fault.takes?.(played.params);
  const clients = taken?.from ?? (concernsRedis ? CLIENTS_OF_REDIS : COMPONENT_NAMES);
  const nothingCame =
    taken === undefined ? [] : [`it takes only ${taken.what}, and there may have been none`];
  const wentPast =
    clients.length === 0
      ? []
      : [
          `${clients.join(", ")} may go to ${concernsRedis ? "Redis" : "Kafka"} past the fault proxy, ${PAST}`,
        ];
  return `fault ${fault.name} was in force for ${lasted} and hit nothing: ${[...nothingCame, ...wentPast].join("; or ")}`;
}
