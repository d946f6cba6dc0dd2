// One consumer group under the classic protocol (KIP-62, static members of KIP-345): which generation it is in,
// when a rebalance begins and when it is over. The rules follow Kafka's `GroupCoordinator`.
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
  joined,
  type Member,
  type MemberClient,
  type MemberIdentity,
  offersTheSame,
  ownedProtocols,
  type SyncRequest,
  type SyncResponse,
  syncError,
  synced,
  untilSynced,
} from "./member.ts";
import { CommittedOffsets } from "./offsets.ts";
import { ReservedIds } from "./reserved-ids.ts";
import { Roster } from "./roster.ts";

/** States by the names that DescribeGroups reports. */
export type GroupState = "Empty" | "PreparingRebalance" | "CompletingRebalance" | "Stable";

export interface GroupContext {
  readonly clock: Clock;
  readonly random: Random;
  /** How long the first member of an empty group waits for others. */
  readonly initialRebalanceDelayMs: number;
}

export class Group {
  readonly id: string;
  readonly offsets = new CommittedOffsets();
  readonly #context: GroupContext;
  readonly #roster = new Roster();
  readonly #reserved = new ReservedIds();
  #state: GroupState = "Empty";
  #generation = 0;
  #protocolName = "";
  #leaderId = "";
  #rebalanceTimer: Timer | null = null;
  /** The first rebalance of an empty group waits its whole delay, even when all known members are there. */
  #waitsForOthers = false;

  constructor(id: string, context: GroupContext) {
    this.id = id;
    this.#context = context;
  }

  get state(): GroupState {
    return this.#state;
  }

  get protocolType(): string {
    return this.#roster.protocolType;
  }

  get protocolName(): string {
    return this.#protocolName;
  }

  members(): readonly Member[] {
    return this.#roster.all();
  }

  /** Answers at once, or when the rebalance that this starts or waits for is over. */
  join(request: JoinRequest, client: MemberClient): JoinResponse | Promise<JoinResponse> {
    const { memberId } = request;
    if (!this.#roster.accepts(request)) {
      return joinError(KAFKA_ERRORS.INCONSISTENT_GROUP_PROTOCOL, memberId);
    }
    if (memberId === "") return this.#joinNew(request, client);
    if (this.#reserved.redeem(memberId)) return this.#admit(memberId, request, client);
    const refusal = this.#roster.check(request);
    const member = this.#roster.get(memberId);
    if (refusal !== KAFKA_ERRORS.NONE || !member) return joinError(refusal, memberId);
    const same = offersTheSame(member, request.protocols);
    const leads = memberId === this.#leaderId;
    if ((this.#state === "Stable" && !leads && same) || (this.#state === "CompletingRebalance" && same)) {
      this.touch(memberId);
      return this.#joinResponse(member);
    }
    return this.#rejoin(member, request);
  }

  /** Answers at once, or when the leader has handed in the assignment. */
  sync(request: SyncRequest): SyncResponse | Promise<SyncResponse> {
    const refusal = this.check(request, request.generationId);
    const member = this.#roster.get(request.memberId);
    if (refusal !== KAFKA_ERRORS.NONE || !member) return syncError(refusal);
    this.touch(member.id);
    switch (this.#state) {
      case "Empty":
        return syncError(KAFKA_ERRORS.UNKNOWN_MEMBER_ID);
      case "PreparingRebalance":
        return syncError(KAFKA_ERRORS.REBALANCE_IN_PROGRESS);
      case "CompletingRebalance":
        if (member.id !== this.#leaderId) return untilSynced(member);
        this.#assign(request.assignments);
        return synced(member);
      case "Stable":
        return synced(member);
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
  leave({ memberId, groupInstanceId }: MemberIdentity): number {
    if (this.#reserved.redeem(memberId)) {
      this.#completeJoinIfAllThere();
      return KAFKA_ERRORS.NONE;
    }
    const instance = this.#roster.ofInstance(groupInstanceId);
    const member = memberId === "" && instance ? instance : this.#roster.get(memberId);
    if (!member) return KAFKA_ERRORS.UNKNOWN_MEMBER_ID;
    if (instance && instance !== member) return KAFKA_ERRORS.FENCED_INSTANCE_ID;
    this.#remove(member);
    return KAFKA_ERRORS.NONE;
  }

  /** Error code for a request of a member in a generation; 0 if both are current. */
  check(identity: MemberIdentity, generationId: number): number {
    const refusal = this.#roster.check(identity);
    if (refusal !== KAFKA_ERRORS.NONE) return refusal;
    return generationId === this.#generation ? KAFKA_ERRORS.NONE : KAFKA_ERRORS.ILLEGAL_GENERATION;
  }

  /** The member gave a sign of life: its session starts anew. */
  touch(memberId: string): void {
    const member = this.#roster.get(memberId);
    if (!member) return;
    member.sessionTimer?.cancel();
    member.sessionTimer = this.#context.clock.after(member.sessionTimeoutMs, () => {
      // A member that waits for an answer cannot heartbeat; its session starts when it is answered.
      if (member.answerJoin === null && member.answerSync === null) this.#remove(member);
    });
  }

  /** The sessions of all members end now, as if nobody had heard of them for too long. @returns how many did */
  expireMembers(): number {
    const members = this.#roster.all();
    for (const member of members) this.#remove(member);
    return members.length;
  }

  /** The coordinator goes down: nothing is answered any more and no timer runs. */
  suspend(): void {
    this.#rebalanceTimer?.cancel();
    this.#rebalanceTimer = null;
    this.#reserved.clear();
    this.#roster.silence();
  }

  /** The coordinator is back: members have a whole session to show up, unless a rebalance was cut short. */
  resume(): void {
    if (this.#state === "Stable") {
      for (const { id } of this.#roster.all()) this.touch(id);
      return;
    }
    this.#roster.clear();
    this.#leaderId = "";
    this.#state = "Empty";
  }

  #joinNew(request: JoinRequest, client: MemberClient): JoinResponse | Promise<JoinResponse> {
    const { clock, random } = this.#context;
    const id = `${client.clientId}-${uuidV4(random)}`;
    const previous = this.#roster.ofInstance(request.groupInstanceId);
    if (previous) return this.#replaceStatic(previous, id, request, client);
    if (request.groupInstanceId !== null || !client.mustKnowItsId) return this.#admit(id, request, client);
    this.#reserved.reserve(id, clock, request.sessionTimeoutMs, () => this.#completeJoinIfAllThere());
    return joinError(KAFKA_ERRORS.MEMBER_ID_REQUIRED, id);
  }

  /** A static member came back under a new member id: the old one is fenced, the assignment stays. */
  #replaceStatic(
    previous: Member,
    id: string,
    request: JoinRequest,
    client: MemberClient,
  ): JoinResponse | Promise<JoinResponse> {
    previous.answerJoin?.(joinError(KAFKA_ERRORS.FENCED_INSTANCE_ID, previous.id));
    previous.answerSync?.(syncError(KAFKA_ERRORS.FENCED_INSTANCE_ID));
    this.#roster.remove(previous);
    const member = this.#roster.add(id, request, client);
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
    const member = this.#roster.add(id, request, client);
    if (this.#leaderId === "") this.#leaderId = id;
    return this.#rejoin(member, request);
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
    if (this.#state !== "PreparingRebalance") {
      const fromEmpty = this.#state === "Empty";
      this.#state = "PreparingRebalance";
      this.#roster.dropAssignments();
      const delayMs = fromEmpty ? this.#context.initialRebalanceDelayMs : 0;
      this.#waitsForOthers = delayMs > 0;
      this.#armRebalance(delayMs > 0 ? delayMs : this.#roster.longestRebalanceMs());
    }
    this.#completeJoinIfAllThere();
  }

  #armRebalance(delayMs: number): void {
    this.#rebalanceTimer?.cancel();
    this.#rebalanceTimer = this.#context.clock.after(delayMs, () => this.#completeJoin());
  }

  #completeJoinIfAllThere(): void {
    if (this.#state !== "PreparingRebalance" || this.#waitsForOthers || this.#reserved.size > 0) return;
    if (this.#roster.all().every((member) => member.answerJoin !== null)) this.#completeJoin();
  }

  #completeJoin(): void {
    this.#rebalanceTimer?.cancel();
    this.#rebalanceTimer = null;
    this.#waitsForOthers = false;
    const isLost = (member: Member) => member.answerJoin === null && member.instanceId === null;
    for (const member of this.#roster.all().filter(isLost)) this.#roster.remove(member);
    const present = this.#roster.all().filter((member) => member.answerJoin !== null);
    if (present.length === 0 && this.#roster.size > 0) {
      // Only static members are left, and none has come back yet: they have until their sessions end.
      this.#armRebalance(this.#roster.longestRebalanceMs());
      return;
    }
    this.#generation++;
    if (present.length === 0) {
      this.#state = "Empty";
      this.#leaderId = "";
      return;
    }
    if (!present.some((member) => member.id === this.#leaderId)) this.#leaderId = present[0]?.id ?? "";
    this.#protocolName = this.#roster.electProtocol();
    this.#state = "CompletingRebalance";
    for (const member of present) {
      member.answerJoin?.(this.#joinResponse(member));
      member.answerJoin = null;
      this.touch(member.id);
    }
  }

  #assign(assignments: SyncRequest["assignments"]): void {
    this.#roster.assign(assignments);
    this.#state = "Stable";
    for (const member of this.#roster.all()) {
      if (member.answerSync === null) continue;
      member.answerSync(synced(member));
      member.answerSync = null;
      this.touch(member.id);
    }
  }

  #remove(member: Member): void {
    member.answerJoin?.(joinError(KAFKA_ERRORS.UNKNOWN_MEMBER_ID, member.id));
    member.answerSync?.(syncError(KAFKA_ERRORS.UNKNOWN_MEMBER_ID));
    this.#roster.remove(member);
    if (this.#state !== "Empty") this.#rebalance();
  }

  #joinResponse(member: Member): JoinResponse {
    const members = member.id === this.#leaderId ? this.#roster.all() : [];
    return joined(member, this.#generation, this.#protocolName, this.#leaderId, members);
  }
}
