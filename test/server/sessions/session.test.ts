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
