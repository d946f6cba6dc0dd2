// All faults by name. One import and one entry each, in the order of the alphabet.

import { nearestName } from "../../src/config/nearest.ts";
import { DashstreamError } from "../../src/errors.ts";
import { brokerOutage } from "./broker-outage.ts";
import { brokerSlow } from "./broker-slow.ts";
import { burst } from "./burst.ts";
import { clientFlood } from "./client-flood.ts";
import { clockSkew } from "./clock-skew.ts";
import { coordinatorLoading } from "./coordinator-loading.ts";
import { corruptPayload } from "./corrupt-payload.ts";
import { deliveryDelay } from "./delivery-delay.ts";
import { dlqHang } from "./dlq-hang.ts";
import { dlqSaturated } from "./dlq-saturated.ts";
import { dlqTopicDown } from "./dlq-topic-down.ts";
import { duplicate } from "./duplicate.ts";
import type { Fault } from "./fault.ts";
import { checkFaultParams } from "./fault-params.ts";
import { fetchThrottle } from "./fetch-throttle.ts";
import { groupRebalance } from "./group-rebalance.ts";
import { idle } from "./idle.ts";
import { leaderMove } from "./leader-move.ts";
import { malformedControl } from "./malformed-control.ts";
import { metadataErrors } from "./metadata-errors.ts";
import { networkBandwidth } from "./network-bandwidth.ts";
import { networkBlackhole } from "./network-blackhole.ts";
import { networkHalfOpen } from "./network-half-open.ts";
import { networkLatency } from "./network-latency.ts";
import { networkReset } from "./network-reset.ts";
import { nullValue } from "./null-value.ts";
import { oversized } from "./oversized.ts";
import { partitionStall } from "./partition-stall.ts";
import { processKill } from "./process-kill.ts";
import { processRestart } from "./process-restart.ts";
import { produceErrors } from "./produce-errors.ts";
import { producerRestart } from "./producer-restart.ts";
import { reconnectStorm } from "./reconnect-storm.ts";
import { redisDown } from "./redis-down.ts";
import { redisErrors } from "./redis-errors.ts";
import { redisEvict } from "./redis-evict.ts";
import { redisHang } from "./redis-hang.ts";
import { redisLatency } from "./redis-latency.ts";
import { reorder } from "./reorder.ts";
import { schemaMismatch } from "./schema-mismatch.ts";
import { sequenceGap } from "./sequence-gap.ts";
import { slowClient } from "./slow-client.ts";
import { targetVanished } from "./target-vanished.ts";
import { tenantFlood } from "./tenant-flood.ts";
import { unkeyed } from "./unkeyed.ts";

const ALL: readonly Fault[] = [
  brokerOutage,
  brokerSlow,
  burst,
  clientFlood,
  clockSkew,
  coordinatorLoading,
  corruptPayload,
  deliveryDelay,
  dlqHang,
  dlqSaturated,
  dlqTopicDown,
  duplicate,
  fetchThrottle,
  groupRebalance,
  idle,
  leaderMove,
  malformedControl,
  metadataErrors,
  networkBandwidth,
  networkBlackhole,
  networkHalfOpen,
  networkLatency,
  networkReset,
  nullValue,
  oversized,
  partitionStall,
  processKill,
  processRestart,
  produceErrors,
  producerRestart,
  reconnectStorm,
  redisDown,
  redisErrors,
  redisEvict,
  redisHang,
  redisLatency,
  reorder,
  schemaMismatch,
  sequenceGap,
  slowClient,
  targetVanished,
  tenantFlood,
  unkeyed,
];

export const FAULTS: ReadonlyMap<string, Fault> = new Map(ALL.map((fault) => [fault.name, fault]));

/** A fault with the parameters that it will be applied with: what was given and defaults for the rest. */
export interface CheckedFault {
  readonly fault: Fault;
  readonly params: unknown;
}

/** At most this share of a name may be wrong for it to be meant. */
const WRONG_SHARE = 0.4;

/** @throws DashstreamError `scenario_invalid` if there is no such fault */
export function findFault(name: string): Fault {
  const fault = FAULTS.get(name);
  if (fault !== undefined) return fault;
  throw noSuchFault(name, [...FAULTS.keys()]);
}

/** The error about a fault that is none. @param names what may be meant */
export function noSuchFault(name: string, names: readonly string[]): DashstreamError {
  const nearest = nearestName(name, names, WRONG_SHARE);
  const hint = nearest === null ? `there are ${names.join(", ")}` : `did you mean ${nearest}?`;
  return new DashstreamError("scenario_invalid", `there is no fault ${JSON.stringify(name)}; ${hint}`);
}

/**
 * Checks what was given for a fault and fills in defaults.
 * @throws DashstreamError `scenario_invalid` for an unknown fault or key, or a value that it cannot have
 */
export function parseFaultParams(name: string, params: Readonly<Record<string, unknown>> = {}): CheckedFault {
  const fault = findFault(name);
  return { fault, params: checkFaultParams(fault, params) };
}
