// Ending the sessions of a group's members on a real Kafka: its coordinator is told that they leave, as an administrator
// who removes them does. Their next heartbeats are answered with UNKNOWN_MEMBER_ID, and they have to join anew.

import { DashstreamError } from "../../../src/errors.ts";
import { APIS } from "../../../src/kafka-protocol/apis.ts";
import { KAFKA_ERRORS } from "../../../src/kafka-protocol/error-codes.ts";
import { GROUP_KEY_TYPE } from "../../../src/kafka-protocol/requests/find-coordinator.ts";
import type { Clock } from "../../../src/runtime/clock.ts";
import type { Address } from "../../broker/cluster.ts";
import type { ProxiedNodes } from "./nodes.ts";
import type { Upstream } from "./upstream.ts";

const FIND_COORDINATOR_VERSION = 2;
const DESCRIBE_GROUPS_VERSION = 4;
const LEAVE_GROUP_VERSION = 3;
/** For all that is asked. */
const DEADLINE_MS = 10_000;

export interface ExpiryOptions {
  readonly nodes: ProxiedNodes;
  readonly clock: Clock;
  readonly dial: (address: Address) => Upstream;
}

/**
 * @returns how many members it had; 0 for a group that nobody knows
 * @throws DashstreamError `kafka_unreachable`, or `kafka_request_failed` if Kafka refuses
 */
export async function expireMembers(groupId: string, options: ExpiryOptions): Promise<number> {
  const { nodes, clock } = options;
  const dialled: Upstream[] = [];
  const dial = (address: Address) => {
    const upstream = options.dial(address);
    dialled.push(upstream);
    return upstream;
  };
  // Who waits is told that the connection is lost.
  const timer = clock.after(DEADLINE_MS, () => {
    for (const upstream of dialled) upstream.close();
  });
  try {
    return await expire(groupId, nodes, dial);
  } finally {
    timer.cancel();
  }
}

async function expire(
  groupId: string,
  nodes: ProxiedNodes,
  dial: (address: Address) => Upstream,
): Promise<number> {
  const question = { key: groupId, keyType: GROUP_KEY_TYPE };
  const coordinator = await during(dial(nodes.first.upstream), (upstream) =>
    upstream.call(APIS.FindCoordinator, FIND_COORDINATOR_VERSION, question),
  );
  if (coordinator.errorCode !== KAFKA_ERRORS.NONE) {
    throw refused("has no coordinator", groupId, coordinator.errorCode);
  }
  await nodes.learn([coordinator]);
  const address = nodes.known.find(({ nodeId }) => nodeId === coordinator.nodeId)?.upstream ?? coordinator;
  return during(dial(address), (upstream) => removeAll(groupId, upstream));
}

async function removeAll(groupId: string, upstream: Upstream): Promise<number> {
  const asked = { groups: [groupId], includeAuthorizedOperations: false };
  const { groups } = await upstream.call(APIS.DescribeGroups, DESCRIBE_GROUPS_VERSION, asked);
  const members = (groups[0]?.members ?? []).map(({ memberId, groupInstanceId }) => ({
    memberId: groupInstanceId === null ? memberId : "",
    groupInstanceId,
  }));
  if (members.length === 0) return 0;
  const request = { groupId, memberId: "", members };
  const { errorCode } = await upstream.call(APIS.LeaveGroup, LEAVE_GROUP_VERSION, request);
  if (errorCode !== KAFKA_ERRORS.NONE) throw refused("keeps its members", groupId, errorCode);
  return members.length;
}

async function during<T>(upstream: Upstream, use: (upstream: Upstream) => Promise<T>): Promise<T> {
  try {
    return await use(upstream);
  } finally {
    upstream.close();
  }
}

function refused(what: string, groupId: string, errorCode: number): DashstreamError {
  const name = Object.entries(KAFKA_ERRORS).find(([, code]) => code === errorCode)?.[0] ?? String(errorCode);
  return new DashstreamError("kafka_request_failed", `group ${groupId} ${what}: Kafka answered ${name}`);
}
