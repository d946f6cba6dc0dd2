// One consumer group under the classic protocol (KIP-62, static members of KIP-345): who is in it, which
// generation it is in, and when a rebalance is over. The rules follow Kafka's `GroupCoordinator`.
//
// A member leaves by saying so, by its session timeout, or because it did not join again within the rebalance
// timeout. A static member stays until its session timeout even then.

import { KAFKA_ERRORS } from "../../../src/kafka-protocol/error-codes.ts";
import type { Clock, Timer } from "../../../src/runtime/clock.ts";
import { type Random, uuidV4 } from "../../../src/runtime/random.ts";
import {
  type JoinRequest,
  type JoinResponse,
  joinError,
  type Member,
  type MemberClient,
  NO_BYTES,
  offersTheSame,
  ownedProtocols,
  type SyncRequest,
  type SyncResponse,
  syncError,
} from "./member.ts";
import { CommittedOffsets } from "./offsets.ts";

/** States by the names that DescribeGroups reports. */
export type GroupState = "Empty" | "PreparingRebalance" | "CompletingRebalance" | "Stable";

export interface GroupContext {
  readonly clock: Clock;
  readonly random: Random;
  /** How long the first member of an empty group waits for others. */
  readonly initialRebalanceDelayMs: number;
}

/** Identity that comes with each request of a member. */
export interface MemberIdentity {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}

export class Group {
  readonly id: string;
  readonly offsets = new CommittedOffsets();
  readonly #context: GroupContext;
  readonly #members = new Map<string, Member>();
  /** Member ids that were given out and not yet used, with the timers that end them. */
  readonly #promised = new Map<string, Timer>();
  /** Member ids of static members by instance id. */
  readonly #instances = new Map<string, string>();
  #state: GroupState = "Empty";
  #generation = 0;
  #protocolType = "";
  #protocolName = "";
  #leaderId = "";
  #rebalanceTimer: Timer | null = null;

  constructor(id: string, context: GroupContext) {
    this.id = id;
    this.#context = context;
  }

  get state(): GroupState {
    return this.#state;
  }

  get generation(): number {
    return this.#generation;
  }

  get protocolType(): string {
    return this.#protocolType;
  }

  get protocolName(): string {
    return this.#protocolName;
  }

  members(): Iterable<Member> {
    return this.#members.values();
  }

  /** Answers at once, or when the rebalance that this starts or waits for is over. */
  join(request: JoinRequest, client: MemberClient): JoinResponse | Promise<JoinResponse> {
    const { memberId, groupInstanceId } = request;
    if (!this.#acceptsProtocols(request)) {
      return joinError(KAFKA_ERRORS.INCONSISTENT_GROUP_PROTOCOL, memberId);
    }
    if (memberId === "") return this.#joinNew(request, client);
    const promised = this.#promised.get(memberId);
    if (promised) {
      promised.cancel();
      this.#promised.delete(memberId);
      return this.#admit(memberId, request, client);
    }
    const refusal = this.checkIdentity({ memberId, groupInstanceId });
    const member = this.#members.get(memberId);
    if (refusal !== KAFKA_ERRORS.NONE || !member) return joinError(refusal, memberId);
    const same = offersTheSame(member, request.protocols);
    const leads = member.id === this.#leaderId;
    if ((this.#state === "Stable" && !leads && same) || (this.#state === "CompletingRebalance" && same)) {
      this.touch(memberId);
      return this.#joinResponse(member);
    }
    return this.#rejoin(member, request);
  }

  /** Answers at once, or when the leader has handed in the assignment. */
  sync(request: SyncRequest): SyncResponse | Promise<SyncResponse> {
    const refusal = this.check({ ...request }, request.generationId);
    const member = this.#members.get(request.memberId);
    if (refusal !== KAFKA_ERRORS.NONE || !member) return syncError(refusal);
    this.touch(member.id);
    switch (this.#state) {
      case "Empty":
        return syncError(KAFKA_ERRORS.UNKNOWN_MEMBER_ID);
      case "PreparingRebalance":
        return syncError(KAFKA_ERRORS.REBALANCE_IN_PROGRESS);
      case "Stable":
        return { throttleTimeMs: 0, errorCode: KAFKA_ERRORS.NONE, assignment: member.assignment };
      case "CompletingRebalance":
        if (member.id !== this.#leaderId) return new Promise((resolve) => (member.answerSync = resolve));
        this.#assign(request.assignments);
        return { throttleTimeMs: 0, errorCode: KAFKA_ERRORS.NONE, assignment: member.assignment };
    }
  }

  /** The error code of a heartbeat. */
  heartbeat(identity: MemberIdentity, generationId: number): number {
    const refusal = this.check(identity, generationId);
    if (refusal !== KAFKA_ERRORS.NONE) return refusal;
    this.touch(identity.memberId);
    return this.#state === "PreparingRebalance" ? KAFKA_ERRORS.REBALANCE_IN_PROGRESS : KAFKA_ERRORS.NONE;
  }

  /** The error code of leaving. A static member may be named by its instance id alone. */
  leave(identity: MemberIdentity): number {
    const { memberId, groupInstanceId } = identity;
    const promised = this.#promised.get(memberId);
    if (promised) {
      promised.cancel();
      this.#promised.delete(memberId);
      this.#completeJoinIfAllThere();
      return KAFKA_ERRORS.NONE;
    }
    const instanceMember = groupInstanceId === null ? undefined : this.#instances.get(groupInstanceId);
    const member = this.#members.get(memberId === "" && instanceMember ? instanceMember : memberId);
    if (!member) return KAFKA_ERRORS.UNKNOWN_MEMBER_ID;
    if (instanceMember !== undefined && instanceMember !== member.id) return KAFKA_ERRORS.FENCED_INSTANCE_ID;
    this.#remove(member);
    return KAFKA_ERRORS.NONE;
  }

  /** Whether a member with this identity is in the group, in this generation. */
  check(identity: MemberIdentity, generationId: number): number {
    const refusal = this.checkIdentity(identity);
    if (refusal !== KAFKA_ERRORS.NONE) return refusal;
    return generationId === this.#generation ? KAFKA_ERRORS.NONE : KAFKA_ERRORS.ILLEGAL_GENERATION;
  }

  checkIdentity({ memberId, groupInstanceId }: MemberIdentity): number {
    if (groupInstanceId !== null) {
      const current = this.#instances.get(groupInstanceId);
      if (current === undefined) return KAFKA_ERRORS.UNKNOWN_MEMBER_ID;
      if (current !== memberId) return KAFKA_ERRORS.FENCED_INSTANCE_ID;
    }
    return this.#members.has(memberId) ? KAFKA_ERRORS.NONE : KAFKA_ERRORS.UNKNOWN_MEMBER_ID;
  }

  /** The member gave a sign of life: its session starts anew. */
  touch(memberId: string): void {
    const member = this.#members.get(memberId);
    if (!member) return;
    member.sessionTimer?.cancel();
    member.sessionTimer = this.#context.clock.after(member.sessionTimeoutMs, () => {
      // A member that waits for an answer cannot heartbeat; its session starts when it is answered.
      if (member.answerJoin === null && member.answerSync === null) this.#remove(member);
    });
  }

  /** The coordinator goes down: nothing is answered any more and no timer runs. */
  suspend(): void {
    this.#rebalanceTimer?.cancel();
    this.#rebalanceTimer = null;
    for (const timer of this.#promised.values()) timer.cancel();
    this.#promised.clear();
    for (const member of this.#members.values()) {
      member.sessionTimer?.cancel();
      member.answerJoin = null;
      member.answerSync = null;
    }
  }

  /** The coordinator is back: members have a whole session to show up, unless a rebalance was cut short. */
  resume(): void {
    if (this.#state === "Stable") {
      for (const id of this.#members.keys()) this.touch(id);
      return;
    }
    this.#members.clear();
    this.#instances.clear();
    this.#leaderId = "";
    this.#state = "Empty";
  }

  #joinNew(request: JoinRequest, client: MemberClient): JoinResponse | Promise<JoinResponse> {
    const id = `${client.clientId}-${uuidV4(this.#context.random)}`;
    const { groupInstanceId } = request;
    const replaced = groupInstanceId === null ? undefined : this.#instances.get(groupInstanceId);
    const previous = replaced === undefined ? undefined : this.#members.get(replaced);
    if (previous) return this.#replaceStatic(previous, id, request, client);
    if (groupInstanceId !== null || !client.mustKnowItsId) return this.#admit(id, request, client);
    const expiry = this.#context.clock.after(request.sessionTimeoutMs, () => {
      this.#promised.delete(id);
      this.#completeJoinIfAllThere();
    });
    this.#promised.set(id, expiry);
    return joinError(KAFKA_ERRORS.MEMBER_ID_REQUIRED, id);
  }

  /** A static member came back under a new member id: the old one is fenced, the assignment stays. */
  #replaceStatic(
    previous: Member,
    id: string,
    request: JoinRequest,
    client: MemberClient,
  ): JoinResponse | Promise<JoinResponse> {
    previous.sessionTimer?.cancel();
    previous.answerJoin?.(joinError(KAFKA_ERRORS.FENCED_INSTANCE_ID, previous.id));
    previous.answerSync?.(syncError(KAFKA_ERRORS.FENCED_INSTANCE_ID));
    this.#members.delete(previous.id);
    const member = this.#newMember(id, request, client);
    member.assignment = previous.assignment;
    const led = this.#leaderId === previous.id;
    if (led) this.#leaderId = id;
    if (this.#state !== "Stable" || !offersTheSame(previous, request.protocols)) {
      return this.#rejoin(member, request);
    }
    this.touch(id);
    // Told that the old member leads, it asks for its assignment instead of making a new one.
    return { ...this.#joinResponse(member), leaderId: led ? previous.id : this.#leaderId, members: [] };
  }

  #admit(id: string, request: JoinRequest, client: MemberClient): Promise<JoinResponse> {
    const member = this.#newMember(id, request, client);
    if (this.#leaderId === "") this.#leaderId = id;
    if (this.#members.size === 1) this.#protocolType = request.protocolType;
    return this.#rejoin(member, request);
  }

  #newMember(id: string, request: JoinRequest, client: MemberClient): Member {
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

  #rejoin(member: Member, request: JoinRequest): Promise<JoinResponse> {
    member.sessionTimeoutMs = request.sessionTimeoutMs;
    member.rebalanceTimeoutMs = request.rebalanceTimeoutMs;
    member.protocols = ownedProtocols(request.protocols);
    member.sessionTimer?.cancel();
    return new Promise((resolve) => {
      // Asked twice, for example after a lost connection: only the newer request is answered with a result.
      member.answerJoin?.(joinError(KAFKA_ERRORS.UNKNOWN_MEMBER_ID, member.id));
      member.answerJoin = resolve;
      this.#rebalance();
    });
  }

  #rebalance(): void {
    if (this.#state === "PreparingRebalance") {
      this.#completeJoinIfAllThere();
      return;
    }
    const fromEmpty = this.#state === "Empty";
    for (const member of this.#members.values()) {
      member.answerSync?.(syncError(KAFKA_ERRORS.REBALANCE_IN_PROGRESS));
      member.answerSync = null;
      member.assignment = NO_BYTES;
    }
    this.#state = "PreparingRebalance";
    const { initialRebalanceDelayMs, clock } = this.#context;
    if (fromEmpty && initialRebalanceDelayMs > 0) {
      this.#rebalanceTimer = clock.after(initialRebalanceDelayMs, () => this.#completeJoin());
      return;
    }
    const longest = Math.max(0, ...[...this.#members.values()].map((member) => member.rebalanceTimeoutMs));
    this.#rebalanceTimer = clock.after(longest, () => this.#completeJoin());
    this.#completeJoinIfAllThere();
  }

  #completeJoinIfAllThere(): void {
    if (this.#state !== "PreparingRebalance" || this.#promised.size > 0) return;
    for (const member of this.#members.values()) if (member.answerJoin === null) return;
    this.#completeJoin();
  }

  #completeJoin(): void {
    this.#rebalanceTimer?.cancel();
    this.#rebalanceTimer = null;
    for (const member of [...this.#members.values()]) {
      if (member.answerJoin === null && member.instanceId === null) this.#forget(member);
    }
    this.#generation++;
    const joined = [...this.#members.values()].filter((member) => member.answerJoin !== null);
    if (this.#members.size === 0) {
      this.#state = "Empty";
      this.#leaderId = "";
      return;
    }
    if (!joined.some((member) => member.id === this.#leaderId)) this.#leaderId = joined[0]?.id ?? "";
    this.#protocolName = this.#electProtocol();
    this.#state = "CompletingRebalance";
    for (const member of joined) {
      member.answerJoin?.(this.#joinResponse(member));
      member.answerJoin = null;
      this.touch(member.id);
    }
  }

  #assign(assignments: SyncRequest["assignments"]): void {
    for (const { memberId, assignment } of assignments) {
      const member = this.#members.get(memberId);
      if (member) member.assignment = Buffer.from(assignment);
    }
    this.#state = "Stable";
    for (const member of this.#members.values()) {
      if (member.answerSync === null) continue;
      member.answerSync({ throttleTimeMs: 0, errorCode: KAFKA_ERRORS.NONE, assignment: member.assignment });
      member.answerSync = null;
      this.touch(member.id);
    }
  }

  #remove(member: Member): void {
    member.answerJoin?.(joinError(KAFKA_ERRORS.UNKNOWN_MEMBER_ID, member.id));
    member.answerSync?.(syncError(KAFKA_ERRORS.UNKNOWN_MEMBER_ID));
    this.#forget(member);
    if (this.#state !== "Empty") this.#rebalance();
  }

  #forget(member: Member): void {
    member.sessionTimer?.cancel();
    this.#members.delete(member.id);
    if (member.instanceId !== null) this.#instances.delete(member.instanceId);
  }

  #acceptsProtocols({ protocolType, protocols }: JoinRequest): boolean {
    if (protocolType === "" || protocols.length === 0) return false;
    if (this.#members.size === 0) return true;
    return protocolType === this.#protocolType && protocols.some(({ name }) => this.#allOffer(name));
  }

  #allOffer(protocolName: string): boolean {
    return [...this.#members.values()].every((member) =>
      member.protocols.some(({ name }) => name === protocolName),
    );
  }

  /** Each member votes for the first of its protocols that all offer. */
  #electProtocol(): string {
    const votes = new Map<string, number>();
    for (const member of this.#members.values()) {
      const choice = member.protocols.find(({ name }) => this.#allOffer(name))?.name;
      if (choice !== undefined) votes.set(choice, (votes.get(choice) ?? 0) + 1);
    }
    return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? "";
  }

  #joinResponse(member: Member): JoinResponse {
    const protocol = this.#protocolName;
    const leads = member.id === this.#leaderId;
    const members = leads ? [...this.#members.values()] : [];
    return {
      throttleTimeMs: 0,
      errorCode: KAFKA_ERRORS.NONE,
      generationId: this.#generation,
      protocolName: protocol,
      leaderId: this.#leaderId,
      memberId: member.id,
      members: members.map(({ id, instanceId, protocols }) => ({
        memberId: id,
        groupInstanceId: instanceId,
        metadata: protocols.find(({ name }) => name === protocol)?.metadata ?? NO_BYTES,
      })),
    };
  }
}
