import { describe, expect, test } from "bun:test";
import { hubRig, range, say } from "./hub-rig.ts";

describe("resume from the ring", () => {
  test("from a cursor, delivers everything after it, then live, nothing twice", () => {
    const rig = hubRig();
    rig.produce(0, 50);
    const client = rig.connect({ from: "cursor", lastOffsetsByPartition: { "0": "19" } });
    rig.produce(0, 5);
    expect(client.offsets(0)).toEqual(range(20, 54));
    expect(client.of("replay_complete")).toEqual([
      {
        type: "replay_complete",
        totalReplayed: 30,
        lastOffsetsByPartition: { "0": "49" },
        capped: false,
        mode: "cursor",
      },
    ]);
    expect(client.of("gap")).toEqual([]);
    expect(rig.metrics.replay.partition.messages.value).toBe(30);
  });

  test("a client that missed nothing is told nothing", () => {
    const rig = hubRig({ maxRecords: 10 });
    rig.produce(0, 30);
    const client = rig.connect({ lastOffsetsByPartition: { "0": 19 } });
    expect(client.offsets(0)).toEqual(range(20, 29));
    expect([...client.of("gap"), ...client.of("cursor_stale")]).toEqual([]);
  });

  test("says exactly what is no longer there", () => {
    const rig = hubRig({ maxRecords: 10 });
    rig.produce(0, 30);
    const client = rig.connect({ lastOffsetsByPartition: { "0": 4 } });
    expect(client.of("cursor_stale")[0]).toMatchObject({ partition: 0, requested: "4", oldest: "20" });
    expect(client.of("gap")[0]).toMatchObject({ partition: 0, count: 15, fromOffset: "5", toOffset: "19" });
    expect(client.offsets(0)).toEqual(range(20, 29));
    expect(rig.metrics.replay.partition.gapMessages.value).toBe(15);
  });

  test("offsets that were never deliverable are holes, not gaps", () => {
    const rig = hubRig();
    rig.produce(0, 3);
    rig.passOver(0);
    rig.produce(0, 2);
    const client = rig.connect({ lastOffsetsByPartition: { "0": 1 } });
    expect(client.offsets(0)).toEqual([2, 4, 5]);
    expect(client.of("gap")).toEqual([]);
  });

  test("a partition that the cursor does not list gets its recent history without a gap", () => {
    const rig = hubRig({ maxRecords: 20 });
    rig.produce(1, 30);
    rig.produce(0, 10);
    const client = rig.connect({ lastOffsetsByPartition: { "0": 7 } });
    expect(client.offsets(0)).toEqual([8, 9]);
    expect(client.offsets(1)).toEqual(range(20, 29));
    expect(client.of("gap")).toEqual([]);
  });

  test("from earliest, ignores the cursors and delivers all there is", () => {
    const rig = hubRig();
    rig.produce(0, 5);
    const client = rig.connect({ from: "earliest", lastOffsetsByPartition: { "0": 3 } });
    expect(client.offsets(0)).toEqual(range(0, 4));
    expect(client.of("replay_complete")[0]?.mode).toBe("earliest");
  });

  test("from latest, names the last offset of each partition and goes on live", () => {
    const rig = hubRig();
    rig.produce(0, 5);
    rig.produce(2, 1);
    const client = rig.connect({ from: "latest" });
    expect(client.of("replay_complete")).toEqual([
      {
        type: "replay_complete",
        lastOffsetsByPartition: { "0": "4", "2": "0" },
        capped: false,
        totalReplayed: 0,
        mode: "latest",
      },
    ]);
    rig.produce(0, 1);
    expect(client.offsets(0)).toEqual([5]);
  });

  test("after a crash that lets the server read records again, a client gets none of those it has", () => {
    const rig = hubRig();
    const client = rig.connect({ lastOffsetsByPartition: { "0": 9 } });
    rig.produce(0, 15);
    expect(client.offsets(0)).toEqual(range(10, 14));
    expect(client.of("gap")).toEqual([]);
  });

  test("a cursor before the place where this server starts to read is told what lies between", () => {
    const rig = hubRig();
    const client = rig.connect({ lastOffsetsByPartition: { "3": 9 } });
    rig.ring.assign(3, 25);
    rig.hub.announceAssignment(3);
    rig.catchUp();
    expect(client.of("gap")[0]).toMatchObject({ partition: 3, count: 15, fromOffset: "10", toOffset: "24" });
  });

  test("a partition that others read for a while: what is nowhere to be had of it is named", () => {
    const rig = hubRig();
    const client = rig.connect({ lastOffsetsByPartition: { "0": 0 } });
    rig.produce(0, 100);
    rig.ring.assign(0, 150);
    rig.hub.announceAssignment(0);
    rig.catchUp();
    rig.ring.append(0, 150, Buffer.from("later"));
    rig.hub.flush();
    expect(client.offsets(0)).toEqual([...range(1, 99), 150]);
    expect(client.of("gap")).toEqual([
      expect.objectContaining({ partition: 0, fromOffset: "100", toOffset: "149", count: 50 }),
    ]);
  });

  test("a resume that comes after live records were sent never goes backwards, and says what it passes over", () => {
    const rig = hubRig();
    rig.produce(0, 20);
    const client = rig.connect(null);
    rig.clock.advance(1000);
    rig.produce(0, 5);
    say(client, { type: "resume", lastOffsetsByPartition: { "0": "9" } });
    rig.produce(0, 1);
    expect(client.offsets(0)).toEqual(range(20, 25));
    expect(client.of("gap")).toEqual([
      expect.objectContaining({ partition: 0, fromOffset: "10", toOffset: "19", count: 10 }),
    ]);
  });

  test("a second resume on the same connection repeats nothing", () => {
    const rig = hubRig();
    rig.produce(0, 10);
    const client = rig.connect({ lastOffsetsByPartition: { "0": 4 } });
    say(client, { type: "resume", lastOffsetsByPartition: { "0": 2 } });
    expect(client.offsets(0)).toEqual(range(5, 9));
    expect(client.of("gap")).toEqual([]);
  });

  test("a limit on the size of a replay is said, with what was left out", () => {
    const rig = hubRig({ limits: { replayMaxRecords: 10 } });
    rig.produce(0, 30);
    const client = rig.connect({ lastOffsetsByPartition: { "0": 9 } });
    expect(client.offsets(0)).toEqual(range(10, 19));
    expect(client.of("gap")[0]).toMatchObject({
      count: 10,
      ranges: [{ partition: 0, fromOffset: "20", toOffset: "29", count: 10 }],
    });
    expect(client.of("replay_complete")[0]).toMatchObject({ totalReplayed: 10, capped: true });
    rig.produce(0, 1);
    expect(client.offsets(0).at(-1)).toBe(30);
  });

  test("what a limit on the size of a replay left out was not lost by a slow client", () => {
    const rig = hubRig({ limits: { replayMaxRecords: 10, slowThreshold: 15 } });
    rig.produce(0, 30);
    const client = rig.connect({ from: "earliest" });
    rig.produce(0, 1);
    expect(client.closedWith).toBeNull();
    expect(client.offsets(0).at(-1)).toBe(30);
    expect(rig.metrics.dropped.value).toBe(0);
    expect([rig.metrics.replay.partition.gaps.value, rig.metrics.replay.partition.gapMessages.value]).toEqual(
      [1, 20],
    );
  });

  test("live records wait behind the replay of a client that reads slowly, in order", () => {
    const rig = hubRig();
    rig.produce(0, 300, 100);
    const client = rig.connect(null);
    client.stopReading();
    say(client, { type: "resume", from: "earliest" });
    rig.produce(0, 50, 100);
    expect(client.of("replay_complete")).toEqual([]);
    client.drain();
    expect(client.offsets(0)).toEqual(range(0, 349));
    expect(client.of("replay_complete")[0]?.totalReplayed).toBe(300);
  });

  test("a replay whose client takes nothing ends with REPLAY_TIMEOUT", () => {
    const rig = hubRig();
    rig.produce(0, 500, 100);
    const client = rig.connect(null);
    client.stopReading();
    say(client, { type: "resume", from: "earliest" });
    rig.clock.advance(32_000);
    expect(client.of("error")[0]?.code).toBe("REPLAY_TIMEOUT");
    expect(rig.metrics.disconnects.replay_timeout.value).toBe(0);
    client.handler?.onClose(1008, "");
    expect(rig.metrics.disconnects.replay_timeout.value).toBe(1);
  });
});

describe("a cursor beyond the end of its partition", () => {
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  test("is asked about, found stale, and the client gets what there is", async () => {
    const rig = hubRig({ logEnds: new Map([[0, 5]]) });
    rig.produce(0, 5);
    const client = rig.connect({ lastOffsetsByPartition: { "0": "199" } });
    expect(client.records).toEqual([]);
    await settled();
    expect(client.of("cursor_stale")).toEqual([
      expect.objectContaining({ partition: 0, requested: "199", oldest: "0", logEndOffset: "5" }),
    ]);
    rig.produce(0, 1);
    expect(client.offsets(0)).toEqual(range(0, 5));
  });

  test("is kept if Kafka says that the partition has grown since", async () => {
    const logEnds = new Map([[0, 5]]);
    const refreshLogEnds = () => {
      logEnds.set(0, 300);
      return Promise.resolve(true);
    };
    const rig = hubRig({ logEnds, refreshLogEnds });
    rig.produce(0, 5);
    const client = rig.connect({ lastOffsetsByPartition: { "0": "199" } });
    await settled();
    rig.produce(0, 200);
    expect(client.of("cursor_stale")).toEqual([]);
    expect(client.offsets(0)).toEqual(range(200, 204));
  });

  test("is kept if Kafka does not answer", async () => {
    const rig = hubRig({ logEnds: new Map([[0, 5]]), refreshLogEnds: () => Promise.resolve(false) });
    rig.produce(0, 5);
    const client = rig.connect({ lastOffsetsByPartition: { "0": "199" } });
    await settled();
    expect(client.of("replay_complete")).toHaveLength(1);
    expect(client.of("cursor_stale")).toEqual([]);
  });

  test("is found when the partition is assigned after the client came", async () => {
    const logEnds = new Map<number, number>();
    const rig = hubRig({ logEnds });
    const client = rig.connect({ lastOffsetsByPartition: { "0": "199" } });
    logEnds.set(0, 0);
    rig.ring.assign(0, 0);
    rig.hub.announceAssignment(0);
    rig.catchUp();
    rig.produce(0, 3);
    await settled();
    rig.produce(0, 1);
    expect(client.of("cursor_stale")).toHaveLength(1);
    expect(client.offsets(0)).toEqual(range(0, 3));
  });

  test("a later resume takes the place of one that is still asked about", async () => {
    const rig = hubRig({ logEnds: new Map([[0, 5]]) });
    rig.produce(0, 5);
    const client = rig.connect({ lastOffsetsByPartition: { "0": "199" } });
    say(client, { type: "resume", lastOffsetsByPartition: { "0": "2" } });
    await settled();
    expect(client.of("cursor_stale")).toEqual([]);
    expect(client.offsets(0)).toEqual([3, 4]);
  });
});

describe("resume frames that are wrong", () => {
  test("more than 1024 partitions end the connection", () => {
    const rig = hubRig();
    const offsets = Object.fromEntries(range(0, 1999).map((partition) => [partition, "1"]));
    const client = rig.connect({ lastOffsetsByPartition: offsets });
    expect(client.of("error")[0]).toMatchObject({ code: "RESUME_TOO_MANY_PARTITIONS" });
    expect(client.closedWith?.code).toBe(1008);
  });

  test("one connection names at most 1024 partitions, in however many frames", () => {
    const rig = hubRig();
    const named = (from: number) => ({
      type: "resume",
      lastOffsetsByPartition: Object.fromEntries(
        range(from, from + 999).map((partition) => [partition, "1"]),
      ),
    });
    const client = rig.connect(null);
    say(client, named(0));
    say(client, named(0));
    expect(client.closedWith).toBeNull();
    say(client, named(1000));
    expect(client.of("error")[0]).toMatchObject({ code: "RESUME_TOO_MANY_PARTITIONS" });
    expect(client.closedWith?.code).toBe(1008);
  });

  test("entries that are not a partition with an offset are skipped one by one and counted", () => {
    const rig = hubRig();
    rig.produce(0, 5);
    const client = rig.connect({
      lastOffsetsByPartition: {
        "0": "2",
        "-1": "3",
        x: 1,
        "1": -4,
        "2": "abc",
        "3": 1.5,
        "4": "99999999999999999999",
        "5": null,
      },
    });
    expect(client.offsets(0)).toEqual([3, 4]);
    expect(rig.metrics.resumeEntriesInvalid.value).toBe(7);
  });
});

describe("cursor_reset", () => {
  test("moves only the asking client and names every partition that has data", () => {
    const rig = hubRig();
    rig.produce(0, 5);
    rig.produce(1, 1);
    const client = rig.connect(null);
    say(client, { type: "cursor_reset" });
    expect(client.of("cursor_reset_complete")[0]).toMatchObject({
      latestOffsetsByPartition: { "0": "4", "1": "0" },
      bufferCleared: false,
      truncated: false,
      totalPartitions: 2,
    });
    expect(rig.ring.recordCount).toBe(6);
    expect(client.records).toEqual([]);
  });

  test("of an admin is no loss for the admin, however much waited for him", () => {
    const rig = hubRig();
    const admin = rig.connect({ from: "latest" }, { admin: true });
    admin.stopReading();
    rig.produce(0, 100, 100);
    say(admin, { type: "cursor_reset" });
    admin.drain();
    rig.produce(0, 1);
    expect(admin.of("gap")).toEqual([]);
    expect(rig.metrics.dropped.value).toBe(0);
    expect(admin.offsets(0).at(-1)).toBe(100);
  });

  test("of an admin empties the buffer; others are told what they lose by it", async () => {
    const rig = hubRig();
    const slow = rig.connect();
    slow.stopReading();
    rig.produce(0, 100, 100);
    const behind = 100 - slow.records.length;
    const admin = rig.connect(null, { admin: true });
    say(admin, { type: "cursor_reset" });
    await Promise.resolve();
    await Promise.resolve();
    expect(admin.of("cursor_reset_complete")[0]?.bufferCleared).toBe(true);
    expect(rig.ring.recordCount).toBe(0);
    slow.drain();
    rig.catchUp();
    rig.produce(0, 1);
    expect(slow.of("gap")[0]?.count).toBe(behind);
  });
});
