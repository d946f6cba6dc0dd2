import { describe, expect, test } from "bun:test";
import { groupLag } from "../../src/stream/group-lag.ts";
import type { KafkaAdmin } from "../../src/stream/kafka-admin.ts";
import { carryOut, obstacleTo, planReset } from "../../src/stream/offset-reset.ts";
import type { ResetTarget } from "../../src/stream/reset-target.ts";

const MEMBER = { memberId: "m-1", clientId: "server", clientHost: "/10.0.0.7" };

interface Log {
  readonly start: number;
  readonly end: number;
  readonly committed?: number;
}

function adminOf(logs: readonly Log[], members = [] as (typeof MEMBER)[]) {
  const commits: [string, string, ReadonlyMap<number, number>][] = [];
  const admin: Pick<KafkaAdmin, "ranges" | "committed" | "describeGroup" | "offsetsAt" | "commitOffsets"> = {
    ranges: async () =>
      logs.map(({ start, end }, partition) => ({ partition, logStartOffset: start, logEndOffset: end })),
    committed: async () =>
      new Map(logs.flatMap(({ committed }, i) => (committed === undefined ? [] : [[i, committed] as const]))),
    describeGroup: async () => ({ state: members.length > 0 ? "Stable" : "Empty", members }),
    offsetsAt: async (_topic, timestampMs) =>
      new Map(logs.map((_, partition) => [partition, timestampMs + partition])),
    commitOffsets: async (groupId, topic, offsets) => void commits.push([groupId, topic, offsets]),
  };
  return { admin, commits };
}

function plan(logs: readonly Log[], target: ResetTarget, partition: number | null = null) {
  return planReset(adminOf(logs).admin, {
    groupId: "g",
    topic: "t",
    target,
    partitions: partition === null ? null : [partition],
  });
}

async function changes(logs: readonly Log[], target: ResetTarget, partition: number | null = null) {
  const { partitions } = await plan(logs, target, partition);
  return partitions.map(({ fromOffset, toOffset, skippedCount, readAgainCount, clampedTo }) => [
    fromOffset,
    toOffset,
    skippedCount,
    readAgainCount,
    clampedTo,
  ]);
}

describe("where a group stands", () => {
  test("is what it has committed, and how much of the log lies behind that", async () => {
    const logs = [
      { start: 10, end: 50, committed: 20 },
      { start: 10, end: 50, committed: 5 },
      { start: 10, end: 50, committed: 60 },
      { start: 10, end: 50 },
    ];
    const lag = await groupLag(adminOf(logs, [MEMBER]).admin, "g", "t");
    expect(lag.partitions.map(({ committedOffset, lagCount }) => [committedOffset, lagCount])).toEqual([
      [20, 30],
      [5, 40],
      [60, 0],
      [null, null],
    ]);
    expect(lag).toMatchObject({
      groupId: "g",
      topic: "t",
      state: "Stable",
      members: [MEMBER],
      totalLagCount: 70,
    });
  });
});

describe("a reset", () => {
  const logs = [
    { start: 10, end: 50, committed: 20 },
    { start: 0, end: 5, committed: 5 },
  ];

  test("to the end skips what was not read, to the start reads again what was", async () => {
    expect(await changes(logs, { kind: "latest" })).toEqual([
      [20, 50, 30, 0, null],
      [5, 5, 0, 0, null],
    ]);
    expect(await changes(logs, { kind: "earliest" })).toEqual([
      [20, 10, 0, 10, null],
      [5, 0, 0, 5, null],
    ]);
  });

  test("to a time asks Kafka what was written then", async () => {
    expect(await changes(logs, { kind: "time", timestampMs: 3 })).toEqual([
      [20, 10, 0, 10, "log start"],
      [5, 4, 0, 1, null],
    ]);
  });

  test("to an offset takes the end of the log that is nearest", async () => {
    expect(await changes(logs, { kind: "offset", offset: 30 }, 0)).toEqual([[20, 30, 10, 0, null]]);
    expect(await changes(logs, { kind: "offset", offset: 3 }, 0)).toEqual([[20, 10, 0, 10, "log start"]]);
    expect(await changes(logs, { kind: "offset", offset: 99 }, 1)).toEqual([[5, 5, 0, 0, "log end"]]);
    expect(await changes([{ start: 0, end: 9, committed: 1 }], { kind: "offset", offset: 4 })).toEqual([
      [1, 4, 3, 0, null],
    ]);
  });

  test("counts only records that are in the log, and none if it is not known where the group stands", async () => {
    expect(await changes([{ start: 10, end: 50, committed: 2 }], { kind: "latest" })).toEqual([
      [2, 50, 40, 0, null],
    ]);
    expect(await changes([{ start: 10, end: 50, committed: 70 }], { kind: "earliest" })).toEqual([
      [70, 10, 0, 40, null],
    ]);
    expect(await changes([{ start: 10, end: 50 }], { kind: "latest" })).toEqual([
      [null, 50, null, null, null],
    ]);
  });

  test("of several partitions to one offset, or of a partition that is not there, is wrong usage", async () => {
    await expect(plan(logs, { kind: "offset", offset: 3 })).rejects.toMatchObject({
      code: "usage",
      message:
        "--to 3 needs one --partition: these are 2 partitions of topic t, and each partition has offsets of its own",
    });
    await expect(plan(logs, { kind: "latest" }, 2)).rejects.toMatchObject({
      code: "usage",
      message: "--partition is 2, but topic t has partitions 0 to 1",
    });
  });

  test("is carried out for the chosen partitions only, and not while somebody is in the group", async () => {
    const free = adminOf(logs);
    const request = { groupId: "g", topic: "t", target: { kind: "latest" }, partitions: [0] } as const;
    const planned = await planReset(free.admin, request);
    expect(obstacleTo(planned)).toBeNull();
    await carryOut(free.admin, planned);
    expect(free.commits).toEqual([["g", "t", new Map([[0, 50]])]]);

    const used = adminOf(logs, [MEMBER]);
    const message =
      "group g is in use by server at 10.0.0.7; stop what reads in it, reset, and start it again";
    const refused = await planReset(used.admin, request);
    expect(obstacleTo(refused)).toBe(message);
    await expect(carryOut(used.admin, refused)).rejects.toMatchObject({
      code: "kafka_request_failed",
      message,
    });
    expect(used.commits).toEqual([]);
  });
});
