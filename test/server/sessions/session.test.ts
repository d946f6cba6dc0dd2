// What one session has to keep right when something else happens at the same time: a partition that starts over, a
// client that goes away, a socket that is full.

import { describe, expect, test } from "bun:test";
import { event } from "../pipeline-rig.ts";
import { FakePages } from "./fake-pages.ts";
import { type HubRig, hubRig, range, say } from "./hub-rig.ts";

const V2 = { protocol: "dashstream.v2" } as const;

/** Lets what was asked be answered. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

const ack = (offset: number) => ({ type: "ack", lastOffsetsByPartition: { "0": String(offset) } });

/** The topic is made anew and has `count` records. */
function makeAnew(rig: HubRig, handledUpTo: number, count: number): void {
  rig.ring.restart(0, 0);
  rig.hub.restartPartition({ partition: 0, handledUpTo, logStartOffset: 0, logEndOffset: count });
  for (const offset of range(0, count - 1)) rig.ring.append(0, offset, Buffer.from(`new:${offset}`));
  rig.hub.flush();
}

describe("a window of acknowledgements", () => {
  test("is whole again when a partition starts over, whatever was outstanding of the old log", () => {
    const rig = hubRig();
    const client = rig.connect({ from: "latest", ackWindow: 4 }, V2);
    rig.produce(0, 10);
    expect(client.offsets(0)).toEqual(range(0, 3));
    makeAnew(rig, 10, 10);
    expect(client.offsets(0)).toEqual([...range(0, 3), ...range(0, 3)]);
    say(client, ack(1));
    expect(client.offsets(0)).toEqual([...range(0, 3), ...range(0, 5)]);
  });

  test("is whole again when a cursor turns out to be of another log", async () => {
    const logEnds = new Map<number, number>();
    const rig = hubRig({ logEnds });
    rig.ring.assign(0, 100);
    const client = rig.connect({ from: "latest", ackWindow: 4 }, V2);
    for (const offset of range(100, 109)) rig.ring.append(0, offset, Buffer.from("old"));
    rig.hub.flush();
    expect(client.offsets(0)).toEqual(range(100, 103));
    logEnds.set(0, 8);
    rig.ring.restart(0, 0);
    rig.hub.announceAssignment(0);
    await settled();
    expect(client.of("cursor_stale")).toMatchObject([{ requested: "103", logEndOffset: "8" }]);
    for (const offset of range(0, 7)) rig.ring.append(0, offset, Buffer.from("new"));
    rig.hub.flush();
    expect(client.offsets(0).slice(4)).toEqual(range(0, 3));
    say(client, ack(2));
    expect(client.offsets(0).slice(4)).toEqual(range(0, 6));
  });
});

describe("a partition that is assigned", () => {
  test("and has grown beyond what the client has leaves its stream as it is", async () => {
    const logEnds = new Map([[0, 10]]);
    const refreshLogEnds = () => {
      logEnds.set(0, 30);
      return Promise.resolve(true);
    };
    const rig = hubRig({ logEnds, refreshLogEnds });
    rig.produce(0, 20);
    const client = rig.connect();
    rig.hub.announceAssignment(0);
    await settled();
    rig.produce(0, 2);
    expect(client.of("replay_complete")).toHaveLength(1);
    expect(client.offsets(0)).toEqual([20, 21]);
  });
});

describe("progress", () => {
  test("that a full socket could not take is said when it can", () => {
    const rig = hubRig();
    rig.ring.assign(0, 0);
    const client = rig.connect({ from: "latest", filter: { threads: ["a"] } }, V2);
    client.stopReading();
    rig.ring.append(0, 0, event("a", 1, { tenantId: "t".repeat(200) }));
    for (const offset of range(1, 12))
      rig.ring.append(0, offset, event("a", offset + 1, { tenantId: "t".repeat(200) }));
    rig.ring.append(0, 13, event("b", 1));
    rig.hub.flush();
    rig.clock.advance(1000);
    expect(client.of("progress")).toEqual([]);
    client.drain();
    rig.clock.advance(1000);
    expect(client.of("progress")).toEqual([{ type: "progress", lastOffsetsByPartition: { "0": "13" } }]);
  });

  test("is not said where a record told the cursor since", () => {
    const rig = hubRig();
    rig.ring.assign(0, 0);
    const client = rig.connect({ from: "latest", filter: { threads: ["a"] } }, V2);
    rig.ring.append(0, 0, event("b", 1));
    rig.hub.flush();
    rig.ring.append(0, 1, event("a", 1));
    rig.hub.flush();
    rig.clock.advance(1000);
    expect(client.of("progress")).toEqual([]);
  });

  test("of a partition that started over is not said", () => {
    const rig = hubRig();
    rig.ring.assign(0, 0);
    const client = rig.connect({ from: "latest", filter: { threads: ["a"] } }, V2);
    rig.ring.append(0, 0, event("b", 1));
    rig.hub.flush();
    makeAnew(rig, 1, 0);
    rig.clock.advance(1000);
    expect(client.of("progress")).toEqual([]);
  });
});

describe("a filter that is changed during a catch-up", () => {
  test("holds from the next page on, and its answer says from which offset", () => {
    const pages = new FakePages(5);
    const rig = hubRig({ maxRecords: 4, pages });
    rig.ring.assign(0, 0);
    for (const offset of range(0, 19)) {
      const value = event(offset % 2 ? "b" : "a", offset + 1);
      pages.append(0, offset, value);
      rig.ring.append(0, offset, value);
    }
    rig.hub.flush();
    const client = rig.connect({ lastOffsetsByPartition: { "0": "-1" }, filter: { threads: ["a"] } }, V2);
    pages.answer();
    say(client, { type: "filter", filter: { threads: ["b"] } });
    rig.catchUp();
    expect(client.offsets(0)).toEqual([0, 2, 4, 5, 7, 9, 11, 13, 15, 17, 19]);
    expect(client.of("filter_set")).toMatchObject([{ afterOffsetsByPartition: { "0": "4" } }]);
  });
});

describe("a client that goes away", () => {
  test("while its threads are looked up has no more of them looked up", async () => {
    const asked: string[] = [];
    const answers: (() => void)[] = [];
    const firstAfter = (threadId: string) => {
      asked.push(threadId);
      return new Promise<null>((resolve) => answers.push(() => resolve(null)));
    };
    const rig = hubRig({ threads: { firstAfter } });
    rig.ring.assign(0, 0);
    const client = rig.connect(null);
    say(client, { type: "resume", mode: "thread", lastSequencesByThread: { a: 1, b: 1, c: 1 } });
    await settled();
    client.handler?.onClose(1000, "");
    for (const answer of answers) answer();
    await settled();
    expect(asked).toEqual(["a"]);
  });

  test("while its fingerprints are compared is not answered", async () => {
    const pages = new FakePages();
    const rig = hubRig({ maxRecords: 4, pages });
    rig.produce(0, 20);
    const client = rig.connect({
      lastOffsetsByPartition: { "0": 3 },
      fingerprints: { "0": { offset: "3", crc32c: "00000000" } },
    });
    await settled();
    client.handler?.onClose(1000, "");
    pages.answer();
    await settled();
    expect(client.controls).toEqual([]);
  });
});

describe("a client that is held while its resume is decided", () => {
  test("is not too far behind, however much comes meanwhile", async () => {
    let decide: (known: boolean) => void = () => {};
    const refreshLogEnds = () =>
      new Promise<boolean>((resolve) => {
        decide = resolve;
      });
    const rig = hubRig({
      limits: { maxLagRecords: 10, slowThreshold: 5 },
      logEnds: new Map([[0, 5]]),
      refreshLogEnds,
    });
    rig.produce(0, 5);
    const client = rig.connect({ lastOffsetsByPartition: { "0": 4, "1": 99 } });
    const held = rig.connect({ lastOffsetsByPartition: { "0": 5 } });
    rig.produce(0, 50);
    rig.clock.advance(1000);
    expect(held.controls).toEqual([]);
    decide(false);
    await settled();
    expect(held.closedWith).toBeNull();
    expect(held.offsets(0)).toEqual(range(6, 54));
    expect(client.offsets(0)).toEqual(range(5, 54));
  });
});

describe("a resume from earliest after live records", () => {
  test("names everything before them that tiers still have", () => {
    const rig = hubRig({ maxRecords: 10, oldest: () => 3 });
    rig.produce(0, 30);
    const client = rig.connect();
    rig.produce(0, 5);
    say(client, { type: "resume", from: "earliest" });
    expect(client.of("gap")).toMatchObject([{ partition: 0, fromOffset: "3", toOffset: "29", count: 27 }]);
  });
});

describe("a resume by thread", () => {
  test("shares no frame with clients that get everything of the same stretch", async () => {
    const rig = hubRig({ threads: { lastSequences: () => [{ partition: 0, sequence: 9 }] } });
    rig.ring.assign(0, 0);
    for (const offset of range(0, 9)) rig.ring.append(0, offset, event(offset % 2 ? "b" : "a", offset));
    const some = rig.connect(null, V2);
    say(some, { type: "resume", mode: "thread", lastSequencesByThread: { a: 0, b: 8 } });
    await settled();
    const all = rig.connect({ lastOffsetsByPartition: { "0": "-1" } }, V2);
    expect(some.offsets(0)).toEqual([2, 4, 6, 8, 9]);
    expect(all.offsets(0)).toEqual(range(0, 9));
  });

  test("that is caught up with by a log that was trimmed names the live records that are lost by it", async () => {
    const pages = new FakePages(5);
    const lastSequences = () => [{ partition: 0, sequence: 20 }];
    const rig = hubRig({ maxRecords: 4, pages, threads: { lastSequences } });
    rig.ring.assign(0, 0);
    const produce = (from: number, to: number) => {
      for (const offset of range(from, to)) {
        const value = event("a", offset + 1);
        pages.append(0, offset, value);
        rig.ring.append(0, offset, value);
        rig.hub.flush();
      }
    };
    produce(0, 19);
    const client = rig.connect(null);
    say(client, { type: "resume", mode: "thread", lastSequencesByThread: { a: 0 } });
    await settled();
    pages.answer();
    produce(20, 49);
    pages.trim(0, 40);
    rig.catchUp();
    expect(client.offsets(0)).toEqual([...range(0, 4), ...range(40, 49)]);
    expect(client.of("gap").filter((gap) => "partition" in gap)).toMatchObject([
      { partition: 0, fromOffset: "20", toOffset: "39", count: 20 },
    ]);
  });

  test("through a long ring lets others have their turn while it sends, not only while it searches", async () => {
    const records = 20_000;
    const lastSequences = (threadId: string) =>
      threadId === "b" ? [{ partition: 0, sequence: 2 }] : [{ partition: 0, sequence: records }];
    const rig = hubRig({ maxRecords: 30_000, maxBytes: 10_000_000, threads: { lastSequences } });
    rig.ring.assign(0, 0);
    rig.ring.append(0, 0, event("b", 2));
    for (const offset of range(1, records)) rig.ring.append(0, offset, event("a", offset));
    const client = rig.connect(null);
    say(client, { type: "resume", mode: "thread", lastSequencesByThread: { b: 1 } });
    while (client.of("replay_complete").length === 0) {
      await settled();
      // The search has ended by now or it has not: either way there is more to look at.
      expect(client.of("replay_complete")).toEqual([]);
      rig.clock.advance(0);
    }
    expect(client.offsets(0)).toEqual([0]);
  });
});

describe("a replay that reached its limit", () => {
  test("goes on with what came meanwhile, all of it, though the ring is about to lose it", () => {
    const pages = new FakePages(5);
    const rig = hubRig({ maxRecords: 16, pages, limits: { replayMaxRecords: 4 } });
    rig.produce(0, 60);
    rig.produce(1, 1);
    const client = rig.connect({ lastOffsetsByPartition: { "0": 0, "1": 0 }, ackWindow: 12 }, V2);
    rig.produce(1, 8);
    rig.produce(0, 4);
    // The window is full when the limit is reached.
    pages.answer();
    expect(client.of("replay_complete")).toMatchObject([{ capped: true }]);
    for (const offset of range(9, 22)) {
      const value = Buffer.from("x");
      pages.append(1, offset, value);
      rig.ring.append(1, offset, value);
    }
    rig.hub.flush();
    for (let i = 0; i < 30; i++) {
      for (const partition of [0, 1]) {
        const last = client.offsets(partition).at(-1) ?? 0;
        say(client, { type: "ack", lastOffsetsByPartition: { [partition]: String(last) } });
      }
      rig.catchUp();
    }
    expect(client.offsets(0)).toEqual([...range(1, 4), ...range(60, 63)]);
    expect(client.offsets(1)).toEqual(range(1, 22));
  });
});

describe("a batch that waits for a client with a filter", () => {
  test("goes on as soon as the client has looked through what it was behind", async () => {
    const rig = hubRig({ maxRecords: 28_000, maxBytes: 10_000_000 });
    rig.ring.assign(0, 0);
    for (const offset of range(0, 27_999)) rig.ring.append(0, offset, event("a", offset + 1));
    rig.connect({ from: "earliest", filter: { threads: ["nobody"] } }, V2);
    let hasRoom = false;
    void rig.hub.room()?.then(() => {
      hasRoom = true;
    });
    await settled();
    expect(hasRoom).toBe(false);
    rig.clock.advance(0);
    await settled();
    expect(hasRoom).toBe(true);
  });
});
