// Rules of consumer groups that take time, on a clock that the test moves.

import { beforeEach, describe, expect, test } from "bun:test";
import { Group } from "../../../../sim/broker/groups/group.ts";
import type { JoinResponse, SyncResponse } from "../../../../sim/broker/groups/member.ts";
import { KAFKA_ERRORS } from "../../../../src/kafka-protocol/error-codes.ts";
import { seededRandom } from "../../../../src/runtime/random.ts";
import { type ManualClock, manualClock } from "../../../support/manual-clock.ts";

const SESSION_MS = 10_000;
const REBALANCE_MS = 30_000;
const METADATA = Buffer.from("subscription");

interface JoinOptions {
  readonly instance?: string;
  readonly protocols?: readonly string[];
  readonly mustKnowItsId?: boolean;
}

let clock: ManualClock;
let group: Group;

function newGroup(initialRebalanceDelayMs = 0): Group {
  return new Group("g", { clock, random: seededRandom(1), initialRebalanceDelayMs });
}

beforeEach(() => {
  clock = manualClock();
  group = newGroup();
});

/** A join that may be answered now or later. */
async function join(memberId: string, options: JoinOptions = {}): Promise<JoinResponse> {
  const { instance = null, protocols = ["range"], mustKnowItsId = false } = options;
  const request = {
    groupId: "g",
    sessionTimeoutMs: SESSION_MS,
    rebalanceTimeoutMs: REBALANCE_MS,
    memberId,
    groupInstanceId: instance,
    protocolType: "consumer",
    protocols: protocols.map((name) => ({ name, metadata: METADATA })),
  };
  return group.join(request, { clientId: "client", clientHost: "host", mustKnowItsId });
}

async function sync(
  member: JoinResponse,
  assigned: Readonly<Record<string, string>> = {},
): Promise<SyncResponse> {
  const assignments = Object.entries(assigned).map(([memberId, text]) => ({
    memberId,
    assignment: Buffer.from(text),
  }));
  const { memberId, generationId } = member;
  return group.sync({ groupId: "g", generationId, memberId, groupInstanceId: null, assignments });
}

function heartbeat({ memberId, generationId }: JoinResponse): number {
  return group.heartbeat({ memberId, groupInstanceId: null }, generationId);
}

/** Two members in a stable group; the first leads. */
async function twoMembers(): Promise<readonly [JoinResponse, JoinResponse]> {
  const alone = await join("");
  const second = join("");
  const [first, other] = await Promise.all([join(alone.memberId), second]);
  const waiting = sync(other);
  await sync(first, { [first.memberId]: "a", [other.memberId]: "b" });
  await waiting;
  return [first, other];
}

describe("joining", () => {
  test("makes the first member the leader, and tells only the leader who is there", async () => {
    const [first, other] = await twoMembers();
    expect(first.leaderId).toBe(first.memberId);
    expect(other.leaderId).toBe(first.memberId);
    expect(first.members.map(({ memberId }) => memberId)).toEqual([first.memberId, other.memberId]);
    expect(other.members).toEqual([]);
    expect(first.generationId).toBe(2);
    expect(group.state).toBe("Stable");
  });

  test("under a new protocol asks a member without an id to come again with one", async () => {
    const asked = await join("", { mustKnowItsId: true });
    expect(asked.errorCode).toBe(KAFKA_ERRORS.MEMBER_ID_REQUIRED);
    expect(group.members()).toEqual([]);
    const joined = await join(asked.memberId);
    expect(joined).toMatchObject({ errorCode: KAFKA_ERRORS.NONE, memberId: asked.memberId, generationId: 1 });
  });

  test("holds a rebalance for a member that was given an id, until that id is void", async () => {
    const alone = await join("");
    await sync(alone, {});
    await join("", { mustKnowItsId: true });
    const again = join(alone.memberId);
    clock.advance(SESSION_MS - 1);
    expect(group.state).toBe("PreparingRebalance");
    clock.advance(1);
    expect(group.state).toBe("CompletingRebalance");
    expect((await again).generationId).toBe(2);
  });

  test("waits for others as long as it is told to when the group was empty", async () => {
    group = newGroup(3_000);
    const both = Promise.all([join(""), join("")]);
    clock.advance(2_999);
    expect(group.state).toBe("PreparingRebalance");
    clock.advance(1);
    expect((await both).map(({ generationId }) => generationId)).toEqual([1, 1]);
  });

  test("is refused with protocols that the others do not have", async () => {
    await join("", { protocols: ["range", "sticky"] });
    const stranger = await join("", { protocols: ["other"] });
    expect(stranger.errorCode).toBe(KAFKA_ERRORS.INCONSISTENT_GROUP_PROTOCOL);
    const third = join("", { protocols: ["sticky"] });
    clock.advance(REBALANCE_MS);
    expect((await third).protocolName).toBe("sticky");
  });
});

describe("a rebalance", () => {
  test("goes on without a member that does not join again in time", async () => {
    const [first, other] = await twoMembers();
    group.leave({ memberId: "nobody", groupInstanceId: null });
    const third = join("");
    expect(heartbeat(first)).toBe(KAFKA_ERRORS.REBALANCE_IN_PROGRESS);
    const again = join(first.memberId);
    // The silent member says that it is alive, but never joins.
    for (let waited = 0; waited < REBALANCE_MS; waited += 5_000) {
      expect(heartbeat(other)).toBe(KAFKA_ERRORS.REBALANCE_IN_PROGRESS);
      clock.advance(5_000);
    }
    const [, leader] = await Promise.all([third, again]);
    expect(leader.members.length).toBe(2);
    expect(heartbeat(other)).toBe(KAFKA_ERRORS.UNKNOWN_MEMBER_ID);
  });

  test("sends those who wait for an assignment back to joining", async () => {
    const alone = await join("");
    const second = join("");
    const [, other] = await Promise.all([join(alone.memberId), second]);
    const waiting = sync(other);
    const third = join("");
    expect((await waiting).errorCode).toBe(KAFKA_ERRORS.REBALANCE_IN_PROGRESS);
    group.suspend();
    void third;
  });

  test("makes requests of the generation before it void", async () => {
    const [first, other] = await twoMembers();
    expect(group.leave({ memberId: other.memberId, groupInstanceId: null })).toBe(KAFKA_ERRORS.NONE);
    const again = await join(first.memberId);
    expect(again.generationId).toBe(3);
    expect(heartbeat(first)).toBe(KAFKA_ERRORS.ILLEGAL_GENERATION);
  });
});

describe("a session", () => {
  test("ends a member that is silent, and the others rebalance", async () => {
    const [first, other] = await twoMembers();
    clock.advance(SESSION_MS - 1);
    expect(heartbeat(first)).toBe(KAFKA_ERRORS.NONE);
    clock.advance(1);
    expect(heartbeat(other)).toBe(KAFKA_ERRORS.UNKNOWN_MEMBER_ID);
    expect(heartbeat(first)).toBe(KAFKA_ERRORS.REBALANCE_IN_PROGRESS);
  });

  test("of the last member leaves an empty group without timers", async () => {
    await join("");
    clock.advance(SESSION_MS);
    expect(group.state).toBe("Empty");
    expect(clock.pendingDelays()).toEqual([]);
  });

  test("stands still while the coordinator is down, and begins anew when it is back", async () => {
    const [first] = await twoMembers();
    group.suspend();
    expect(clock.pendingDelays()).toEqual([]);
    clock.advance(SESSION_MS * 10);
    group.resume();
    clock.advance(SESSION_MS - 1);
    expect(heartbeat(first)).toBe(KAFKA_ERRORS.NONE);
  });
});

describe("a static member", () => {
  test("that comes back gets its assignment without a rebalance, and its old self is fenced", async () => {
    const before = await join("", { instance: "one" });
    await sync(before, { [before.memberId]: "mine" });
    const after = await join("", { instance: "one" });
    expect(after.memberId).not.toBe(before.memberId);
    expect(after.generationId).toBe(before.generationId);
    expect(after.leaderId).not.toBe(after.memberId);
    expect(String((await sync(after)).assignment)).toBe("mine");
    const old = group.heartbeat({ memberId: before.memberId, groupInstanceId: "one" }, 1);
    expect(old).toBe(KAFKA_ERRORS.FENCED_INSTANCE_ID);
    // It is still the one that leads: when it joins once more, there is a new assignment.
    expect(await join(after.memberId)).toMatchObject({ generationId: 2, leaderId: after.memberId });
  });

  test("keeps its place through a rebalance that it misses", async () => {
    const one = await join("", { instance: "one" });
    await sync(one, {});
    const two = join("", { instance: "two" });
    const identity = { memberId: one.memberId, groupInstanceId: "one" };
    for (let waited = 0; waited < REBALANCE_MS; waited += 5_000) {
      expect(group.heartbeat(identity, one.generationId)).toBe(KAFKA_ERRORS.REBALANCE_IN_PROGRESS);
      clock.advance(5_000);
    }
    expect((await two).members.map(({ groupInstanceId }) => groupInstanceId)).toEqual(["one", "two"]);
  });

  test("loses its place when its session ends", async () => {
    await join("", { instance: "one" });
    clock.advance(SESSION_MS - 1);
    void join("", { instance: "two" });
    expect(group.members().length).toBe(2);
    clock.advance(1);
    expect(group.members().map(({ instanceId }) => instanceId)).toEqual(["two"]);
  });

  test("that is the only one left is waited for beyond the rebalance, until its session ends", async () => {
    const one = await join("", { instance: "one" });
    await sync(one, {});
    const two = join("");
    const [twoId = ""] = group.members().flatMap(({ id }) => (id === one.memberId ? [] : [id]));
    group.leave({ memberId: twoId, groupInstanceId: null });
    expect((await two).errorCode).toBe(KAFKA_ERRORS.UNKNOWN_MEMBER_ID);
    const identity = { memberId: one.memberId, groupInstanceId: "one" };
    for (let waited = 0; waited < 2 * REBALANCE_MS; waited += 5_000) {
      expect(group.heartbeat(identity, one.generationId)).toBe(KAFKA_ERRORS.REBALANCE_IN_PROGRESS);
      clock.advance(5_000);
    }
    clock.advance(SESSION_MS);
    expect([group.state, clock.pendingDelays()]).toEqual(["Empty", []]);
  });

  test("may be removed by its instance id alone", async () => {
    await join("", { instance: "one" });
    expect(group.leave({ memberId: "", groupInstanceId: "one" })).toBe(KAFKA_ERRORS.NONE);
    expect(group.state).toBe("Empty");
  });
});

describe("sessions that all end at once", () => {
  test("leave an empty group, whose members have to join anew", async () => {
    const [first, other] = await twoMembers();
    expect(group.expireMembers()).toBe(2);
    expect(group.state).toBe("Empty");
    const { UNKNOWN_MEMBER_ID } = KAFKA_ERRORS;
    expect([heartbeat(first), heartbeat(other)]).toEqual([UNKNOWN_MEMBER_ID, UNKNOWN_MEMBER_ID]);
    expect(clock.pendingDelays()).toEqual([]);
    expect((await join("")).errorCode).toBe(KAFKA_ERRORS.NONE);
    expect(group.expireMembers()).toBe(1);
  });

  test("answer one who waits for a rebalance, and forget it too", async () => {
    const alone = await join("");
    await sync(alone, {});
    const second = join("");
    expect(group.expireMembers()).toBe(2);
    expect(heartbeat(await second)).toBe(KAFKA_ERRORS.UNKNOWN_MEMBER_ID);
    expect(clock.pendingDelays()).toEqual([]);
  });
});
