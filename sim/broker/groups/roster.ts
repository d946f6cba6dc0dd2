// Who is in a group, under which ids, and which protocol they can agree on.

import { KAFKA_ERRORS } from "../../../src/kafka-protocol/error-codes.ts";
import {
  type JoinRequest,
  type Member,
  type MemberClient,
  type MemberIdentity,
  NO_BYTES,
  ownedProtocols,
  type SyncRequest,
  syncError,
} from "./member.ts";

export class Roster {
  readonly #members = new Map<string, Member>();
  /** Member ids of static members by instance id. */
  readonly #instances = new Map<string, string>();
  #protocolType = "";

  /** The protocol type of the members, or of the last ones there were. */
  get protocolType(): string {
    return this.#protocolType;
  }

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

  /** How long the slowest member may take to join again. */
  longestRebalanceMs(): number {
    return Math.max(0, ...this.all().map((member) => member.rebalanceTimeoutMs));
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
    if (this.#members.size === 0) this.#protocolType = request.protocolType;
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

  /** Forgets what members wait for, and their sessions. */
  silence(): void {
    for (const member of this.#members.values()) {
      member.sessionTimer?.cancel();
      member.answerJoin = null;
      member.answerSync = null;
    }
  }

  /** A rebalance begins: assignments are void, and who waits for one must join again. */
  dropAssignments(): void {
    for (const member of this.#members.values()) {
      member.answerSync?.(syncError(KAFKA_ERRORS.REBALANCE_IN_PROGRESS));
      member.answerSync = null;
      member.assignment = NO_BYTES;
    }
  }

  assign(assignments: SyncRequest["assignments"]): void {
    for (const { memberId, assignment } of assignments) {
      const member = this.#members.get(memberId);
      // A copy: the request's bytes are views into a network buffer.
      if (member) member.assignment = Buffer.from(assignment);
    }
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

  /** Whether a member with these protocols can work with those that are there. */
  accepts({ protocolType, protocols }: JoinRequest): boolean {
    if (protocolType === "" || protocols.length === 0) return false;
    if (this.#members.size === 0) return true;
    return protocolType === this.#protocolType && protocols.some(({ name }) => this.#allOffer(name));
  }

  /** Each member votes for the first of its protocols that all offer; the most votes win. */
  electProtocol(): string {
    const votes = new Map<string, number>();
    for (const member of this.#members.values()) {
      const choice = member.protocols.find(({ name }) => this.#allOffer(name))?.name;
      if (choice !== undefined) votes.set(choice, (votes.get(choice) ?? 0) + 1);
    }
    return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? "";
  }

  #allOffer(protocolName: string): boolean {
    return this.all().every((member) => member.protocols.some(({ name }) => name === protocolName));
  }
}
