import { beforeEach, expect, test } from "bun:test";
import { DashstreamError } from "../../../src/errors.ts";
import { SoleMember } from "../../../src/server/replica/sole-member.ts";
import type { GroupDescription } from "../../../src/stream/group-members.ts";
import { type Log, silentLog } from "../../../src/telemetry/log.ts";
import { type ManualClock, manualClock } from "../../support/manual-clock.ts";

const MEMBER = { memberId: "m", clientId: "a", clientHost: "/10.0.0.7" };
const OTHER = { memberId: "n", clientId: "a", clientHost: "/10.0.0.8" };
const PROBLEM =
  "consumer group g-a is read by 2 members: a at 10.0.0.7, a at 10.0.0.8; each server needs its own INSTANCE_ID";

let answer: () => Promise<GroupDescription>;
let asked: number;
let lines: string[];
let clock: ManualClock;
let group: SoleMember;

beforeEach(() => {
  answer = async () => ({ state: "Stable", members: [MEMBER] });
  [asked, lines] = [0, []];
  clock = manualClock();
  const log: Log = {
    ...silentLog,
    error: (msg) => lines.push(`error: ${msg}`),
    info: (msg) => lines.push(`info: ${msg}`),
  };
  const describeGroup = () => {
    asked++;
    return answer();
  };
  group = new SoleMember({ groupId: "g-a", admin: { describeGroup }, clock, log });
});

test("a server that is alone in its group has no problem, and says nothing", async () => {
  await group.check();
  expect([group.problem, lines]).toEqual([null, []]);
});

test("another member is a problem that is said once, until it is gone", async () => {
  answer = async () => ({ state: "Stable", members: [MEMBER, OTHER] });
  await group.check();
  await group.check();
  expect(group.problem).toBe(PROBLEM);
  answer = async () => ({ state: "Stable", members: [MEMBER] });
  await group.check();
  expect(group.problem).toBeNull();
  expect(lines).toEqual([
    `error: ${PROBLEM}`,
    "info: this server is the only one in its consumer group again",
  ]);
});

test("a group that is being divided anew may still list a member that is gone, and says nothing", async () => {
  answer = async () => ({ state: "PreparingRebalance", members: [MEMBER, OTHER] });
  await group.check();
  expect(group.problem).toBeNull();
});

test("a Kafka that does not answer leaves what is known", async () => {
  answer = async () => ({ state: "Stable", members: [MEMBER, OTHER] });
  await group.check();
  answer = () => Promise.reject(new DashstreamError("kafka_unreachable", "no answer"));
  await group.check();
  expect(group.problem).toBe(PROBLEM);
});

test("it looks every 10 s from the start to the stop", () => {
  group.start();
  clock.advance(9_999);
  expect(asked).toBe(0);
  clock.advance(10_001);
  expect(asked).toBe(2);
  group.stop();
  clock.advance(60_000);
  expect(asked).toBe(2);
});
