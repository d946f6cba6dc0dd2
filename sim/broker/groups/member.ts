// One member of a consumer group, as its coordinator sees it.

import type { RequestOf, ResponseOf } from "../../../src/kafka-protocol/api.ts";
import { KAFKA_ERRORS } from "../../../src/kafka-protocol/error-codes.ts";
import type { joinGroup } from "../../../src/kafka-protocol/requests/join-group.ts";
import type { syncGroup } from "../../../src/kafka-protocol/requests/sync-group.ts";
import type { Timer } from "../../../src/runtime/clock.ts";

export type JoinRequest = RequestOf<typeof joinGroup>;
export type JoinResponse = ResponseOf<typeof joinGroup>;
export type SyncRequest = RequestOf<typeof syncGroup>;
export type SyncResponse = ResponseOf<typeof syncGroup>;

export const NO_BYTES = Buffer.alloc(0);

export interface Member {
  readonly id: string;
  /** `group.instance.id` of a static member. */
  readonly instanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  sessionTimeoutMs: number;
  rebalanceTimeoutMs: number;
  protocols: JoinRequest["protocols"];
  assignment: Buffer;
  /** Answers the JoinGroup or SyncGroup that the member waits for. */
  answerJoin: ((response: JoinResponse) => void) | null;
  answerSync: ((response: SyncResponse) => void) | null;
  sessionTimer: Timer | null;
}

/** Identity that comes with each request of a member. */
export interface MemberIdentity {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}

/** Where a request came from. */
export interface MemberClient {
  readonly clientId: string;
  readonly clientHost: string;
  /** JoinGroup from version 4 on: a member without an id is given one and asked to come again (KIP-394). */
  readonly mustKnowItsId: boolean;
}

/** Copies what outlives the request: its bytes are views into a network buffer. */
export function ownedProtocols(protocols: JoinRequest["protocols"]): JoinRequest["protocols"] {
  return protocols.map(({ name, metadata }) => ({ name, metadata: Buffer.from(metadata) }));
}

/** Whether a member that joins again offers what it offered before. */
export function offersTheSame(member: Member, protocols: JoinRequest["protocols"]): boolean {
  return (
    member.protocols.length === protocols.length &&
    member.protocols.every(
      (known, i) => known.name === protocols[i]?.name && known.metadata.equals(protocols[i].metadata),
    )
  );
}

export function joinError(errorCode: number, memberId: string): JoinResponse {
  return {
    throttleTimeMs: 0,
    errorCode,
    generationId: -1,
    protocolName: "",
    leaderId: "",
    memberId,
    members: [],
  };
}

export function syncError(errorCode: number): SyncResponse {
  return { throttleTimeMs: 0, errorCode, assignment: NO_BYTES };
}

/** The answer to a member that has joined; `members` is empty unless it leads. */
export function joined(
  member: Member,
  generationId: number,
  protocolName: string,
  leaderId: string,
  members: readonly Member[],
): JoinResponse {
  return {
    throttleTimeMs: 0,
    errorCode: KAFKA_ERRORS.NONE,
    generationId,
    protocolName,
    leaderId,
    memberId: member.id,
    members: members.map(({ id, instanceId, protocols }) => ({
      memberId: id,
      groupInstanceId: instanceId,
      metadata: protocols.find(({ name }) => name === protocolName)?.metadata ?? NO_BYTES,
    })),
  };
}

/** The answer to a member that has its assignment. */
export function synced(member: Member): SyncResponse {
  return { throttleTimeMs: 0, errorCode: KAFKA_ERRORS.NONE, assignment: member.assignment };
}

/** Leaves the member waiting for its assignment. */
export function untilSynced(member: Member): Promise<SyncResponse> {
  return new Promise((resolve) => {
    member.answerSync = resolve;
  });
}
