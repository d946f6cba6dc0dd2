// Who is in a group, under which ids, and which protocol they can agree on.

import { KAFKA_ERRORS } from "../../../src/kafka-protocol/error-codes.ts";
import {
  type JoinRequest,
  type Member,
  type MemberClient,
  type MemberIdentity,
  NO_BYTES,
  ownedProtocols,
} from "./member.ts";

export class Roster {
  readonly #members = new Map<string, Member>();
  /** Member ids of static members by instance id. */
  readonly #instances = new Map<string, string>();

  get size(): number {
    return this.#members.size;
  }

  all(): readonly Member[] {
    return [...this.#members.values()];
  }

  get(memberId: string): Member | undefined {
    return this.#members.get(memberId);
  }

  /** The member that a static instance is now. */
  ofInstance(instanceId: string | null): Member | undefined {
    const memberId = instanceId === null ? undefined : this.#instances.get(instanceId);
    return memberId === undefined ? undefined : this.#members.get(memberId);
  }

  add(id: string, request: JoinRequest, client: MemberClient): Member {
    const member: Member = {
      id,
      instanceId: request.groupInstanceId,
      clientId: client.clientId,
      clientHost: client.clientHost,
      sessionTimeoutMs: request.sessionTimeoutMs,
      rebalanceTimeoutMs: request.rebalanceTimeoutMs,
      protocols: ownedProtocols(request.protocols),
      assignment: NO_BYTES,
      answerJoin: null,
      answerSync: null,
      sessionTimer: null,
    };
    this.#members.set(id, member);
    if (member.instanceId !== null) this.#instances.set(member.instanceId, id);
    return member;
  }

  remove(member: Member): void {
    member.sessionTimer?.cancel();
    this.#members.delete(member.id);
    if (member.instanceId !== null && this.#instances.get(member.instanceId) === member.id) {
      this.#instances.delete(member.instanceId);
    }
  }

  clear(): void {
    this.#members.clear();
    this.#instances.clear();
  }

  /** Error code for a member with this identity; 0 if it is one. */
  check({ memberId, groupInstanceId }: MemberIdentity): number {
    if (groupInstanceId !== null) {
      const current = this.ofInstance(groupInstanceId);
      if (!current) return KAFKA_ERRORS.UNKNOWN_MEMBER_ID;
      if (current.id !== memberId) return KAFKA_ERRORS.FENCED_INSTANCE_ID;
    }
    return this.#members.has(memberId) ? KAFKA_ERRORS.NONE : KAFKA_ERRORS.UNKNOWN_MEMBER_ID;
  }

  /** Whether all members offer this protocol. */
  allOffer(protocolName: string): boolean {
    return this.all().every((member) => member.protocols.some(({ name }) => name === protocolName));
  }

  /** Each member votes for the first of its protocols that all offer; the most votes win. */
  electProtocol(): string {
    const votes = new Map<string, number>();
    for (const member of this.#members.values()) {
      const choice = member.protocols.find(({ name }) => this.allOffer(name))?.name;
      if (choice !== undefined) votes.set(choice, (votes.get(choice) ?? 0) + 1);
    }
    return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? "";
  }
}
