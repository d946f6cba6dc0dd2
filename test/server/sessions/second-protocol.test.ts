// The second protocol: many records a frame, filters, acknowledgements, JSON.

import { describe, expect, test } from "bun:test";
import { valueChecksum } from "../../../src/wire/fingerprint.ts";
import { event } from "../pipeline-rig.ts";
import { FakePages } from "./fake-pages.ts";
import { type HubRig, hubRig, range, say } from "./hub-rig.ts";

const V2 = { protocol: "dashstream.v2" } as const;
const JSON_V2 = { protocol: "dashstream.v2+json" } as const;

/** Appends events of threads `a` and `b` in turns, tenant like the thread. */
function produceEvents(rig: HubRig, count: number, from = 0): void {
  for (let offset = from; offset < from + count; offset++) {
    const thread = offset % 2 === 0 ? "a" : "b";
    rig.ring.append(0, offset, event(thread, offset + 1, { tenantId: thread }));
  }
  rig.hub.flush();
}

describe("records of the second protocol", () => {
  test("come many in a frame, each once and in order, over replay and live", () => {
    const rig = hubRig();
    rig.produce(0, 25);
    rig.produce(1, 25);
    const client = rig.connect({ lastOffsetsByPartition: { "0": 4, "1": "-1" } }, V2);
    rig.produce(0, 10);
    expect(client.offsets(0)).toEqual(range(5, 34));
    expect(client.offsets(1)).toEqual(range(0, 24));
    expect(client.frameCount).toBeLessThan(5);
    expect(client.of("replay_complete")).toHaveLength(1);
  });

  test("go to all clients in the same frame, made once", () => {
    const rig = hubRig();
    const clients = [rig.connect(undefined, V2), rig.connect(undefined, V2)];
    rig.produce(0, 10);
    for (const client of clients) expect(client.offsets(0)).toEqual(range(0, 9));
  });

  test("of clients that have different records are never mixed up", () => {
    const rig = hubRig();
    rig.produce(0, 10);
    const all = rig.connect({ lastOffsetsByPartition: { "0": "-1" } }, V2);
    const some = rig.connect({ lastOffsetsByPartition: { "0": 6 } }, V2);
    rig.produce(0, 3);
    expect(all.offsets(0)).toEqual(range(0, 12));
    expect(some.offsets(0)).toEqual(range(7, 12));
  });

  test("with a hole between them that no frame can hold come in several", () => {
    const rig = hubRig();
    const client = rig.connect(undefined, V2);
    for (const offset of [0, 2 ** 33, 2 ** 33 + 1]) rig.ring.append(0, offset, Buffer.from("x"));
    rig.hub.flush();
    expect(client.offsets(0)).toEqual([0, 2 ** 33, 2 ** 33 + 1]);
    expect(client.frameCount).toBe(2);
  });

  test("are compressed if that is asked for and helps", () => {
    const rig = hubRig();
    const client = rig.connect({ from: "latest", compression: "zstd" }, V2);
    rig.produce(0, 10, 200);
    expect(client.offsets(0)).toEqual(range(0, 9));
  });

  test("that left the ring come from the tiers in frames, too", () => {
    const rig = hubRig({ maxRecords: 8, pages: new FakePages() });
    rig.produce(0, 30);
    const client = rig.connect({ lastOffsetsByPartition: { "0": 2 } }, V2);
    rig.catchUp();
    rig.produce(0, 2);
    expect(client.offsets(0)).toEqual(range(3, 31));
  });

  test("are JSON in the variant for people", () => {
    const rig = hubRig();
    const client = rig.connect(undefined, JSON_V2);
    produceEvents(rig, 2);
    expect(client.json).toMatchObject([
      {
        type: "records",
        partitions: [
          {
            partition: 0,
            lastOffset: "1",
            records: [
              { offset: "0", kind: "event", message: { header: { threadId: "a", sequence: "1" } } },
              { offset: "1", kind: "event", message: { header: { threadId: "b", sequence: "2" } } },
            ],
          },
        ],
      },
    ]);
  });
});

describe("a filter", () => {
  test("lets pass what it names, and moves the cursor over the rest", () => {
    const rig = hubRig();
    rig.ring.assign(0, 0);
    const client = rig.connect({ from: "latest", filter: { tenants: ["a"] } }, V2);
    produceEvents(rig, 6);
    expect(client.offsets(0)).toEqual([0, 2, 4]);
    rig.clock.advance(1000);
    expect(client.of("progress")).toEqual([{ type: "progress", lastOffsetsByPartition: { "0": "5" } }]);
    rig.clock.advance(5000);
    expect(client.of("progress")).toHaveLength(1);
  });

  test("can be changed while records flow, and says from where on it holds", () => {
    const rig = hubRig();
    rig.ring.assign(0, 0);
    const client = rig.connect({ from: "latest", filter: { threads: ["a"] } }, V2);
    produceEvents(rig, 4);
    say(client, { type: "filter", filter: { threads: ["b"] } });
    produceEvents(rig, 4, 4);
    say(client, { type: "filter", filter: {} });
    produceEvents(rig, 2, 8);
    expect(client.offsets(0)).toEqual([0, 2, 5, 7, 8, 9]);
    expect(client.of("filter_set")).toEqual([
      { type: "filter_set", filter: { threads: ["b"] }, afterOffsetsByPartition: { "0": "3" } },
      { type: "filter_set", filter: {}, afterOffsetsByPartition: { "0": "7" } },
    ]);
  });

  test("holds for replays, from the ring and from the tiers", () => {
    const pages = new FakePages();
    const rig = hubRig({ maxRecords: 4, pages });
    rig.ring.assign(0, 0);
    for (const offset of range(0, 19)) pages.append(0, offset, event(offset % 2 ? "b" : "a", offset + 1));
    produceEvents(rig, 20);
    const client = rig.connect({ lastOffsetsByPartition: { "0": "-1" }, filter: { threads: ["b"] } }, V2);
    rig.catchUp();
    expect(client.offsets(0)).toEqual(range(0, 9).map((i) => 2 * i + 1));
    expect(client.of("replay_complete")[0]).toMatchObject({ totalReplayed: 10 });
  });

  test("that lets little pass does not hold up the rest of the server", () => {
    const rig = hubRig({ maxRecords: 30_000, maxBytes: 10_000_000 });
    rig.ring.assign(0, 0);
    produceEvents(rig, 20_000);
    const client = rig.connect({ from: "earliest", filter: { threads: ["nobody"] } }, V2);
    expect(client.of("replay_complete")).toHaveLength(0);
    rig.clock.advance(0);
    expect(client.of("replay_complete")).toHaveLength(1);
  });

  test("that is wrong ends the connection with the field, the value and what was expected", () => {
    const rig = hubRig();
    const client = rig.connect({ from: "latest", filter: { tenant: ["a"] } }, V2);
    expect(client.of("error")[0]).toMatchObject({ code: "INVALID_FILTER" });
    expect(client.of("error")[0]?.message).toContain("filter.tenant");
    expect(client.closedWith?.code).toBe(1008);
    expect(rig.metrics.disconnects.invalid_request.value).toBe(0);
  });

  test("means nothing to a client of the original protocol", () => {
    const rig = hubRig();
    rig.ring.assign(0, 0);
    const client = rig.connect({ from: "latest", filter: { tenants: ["a"] } });
    say(client, { type: "filter", filter: { tenants: ["b"] } });
    produceEvents(rig, 4);
    expect(client.offsets(0)).toEqual([0, 1, 2, 3]);
    expect(rig.metrics.controlIgnored.unknown_type.value).toBe(1);
  });
});

describe("acknowledgements", () => {
  test("bound what is sent beyond them, without holding up others", () => {
    const rig = hubRig();
    const client = rig.connect({ from: "latest", ackWindow: 10 }, V2);
    const other = rig.connect(undefined, V2);
    rig.produce(0, 40);
    expect(client.offsets(0)).toEqual(range(0, 9));
    expect(other.offsets(0)).toEqual(range(0, 39));
    say(client, { type: "ack", lastOffsetsByPartition: { "0": "4" } });
    expect(client.offsets(0)).toEqual(range(0, 14));
    say(client, { type: "ack", lastOffsetsByPartition: { "0": "14" } });
    expect(client.offsets(0)).toEqual(range(0, 24));
  });

  test("after a resume that goes back keep what the ring loses meanwhile for the tiers", () => {
    const pages = new FakePages();
    const rig = hubRig({ maxRecords: 8, pages });
    rig.produce(0, 8);
    const client = rig.connect({ lastOffsetsByPartition: { "0": "-1" }, ackWindow: 2 }, V2);
    // No flush in between, as within a slice.
    for (const offset of range(8, 15)) {
      const value = Buffer.from(`0:${offset}`);
      pages.append(0, offset, value);
      rig.ring.append(0, offset, value);
    }
    for (let i = 0; i < 10; i++) {
      say(client, { type: "ack", lastOffsetsByPartition: { "0": String(client.offsets(0).at(-1)) } });
      rig.catchUp();
    }
    expect(client.offsets(0)).toEqual(range(0, 15));
    expect(client.of("gap")).toEqual([]);
  });

  test("hold for replays from the tiers", () => {
    const rig = hubRig({ maxRecords: 4, pages: new FakePages() });
    rig.produce(0, 30);
    const client = rig.connect({ lastOffsetsByPartition: { "0": 0 }, ackWindow: 7 }, V2);
    rig.catchUp();
    for (let i = 0; i < 10; i++) {
      say(client, { type: "ack", lastOffsetsByPartition: { "0": String(client.offsets(0).at(-1)) } });
      rig.catchUp();
    }
    expect(client.offsets(0)).toEqual(range(1, 29));
  });

  test.each([{ "0": "x" }, { p: "1" }, null, ["1"]])("that are wrong end the connection: %p", (given) => {
    const rig = hubRig();
    const client = rig.connect({ from: "latest", ackWindow: 10 }, V2);
    say(client, { type: "ack", lastOffsetsByPartition: given });
    expect(client.of("error")[0]).toMatchObject({ code: "INVALID_ACK" });
    expect(client.closedWith?.code).toBe(1008);
  });

  test.each([0, 1.5, "10", 100_001])("with a window of %p are refused", (ackWindow) => {
    const client = hubRig().connect({ from: "latest", ackWindow }, V2);
    expect(client.of("error")[0]).toMatchObject({ code: "INVALID_RESUME_OPTION" });
    expect(client.of("error")[0]?.message).toContain("ackWindow");
  });
});

describe("a fingerprint", () => {
  const resume = (offset: number, crc32c: string) => ({
    lastOffsetsByPartition: { "0": offset },
    fingerprints: { "0": { offset: String(offset), crc32c } },
  });
  const recordValue = (offset: number) => Buffer.from(`0:${offset}`.padEnd(20, "."));

  test.each([V2, { protocol: "original" } as const])(
    "that fits changes nothing, one of another record means another log (%p)",
    async (traits) => {
      const rig = hubRig({ logEnds: new Map([[0, 10]]) });
      rig.produce(0, 10);
      const same = rig.connect(resume(6, valueChecksum(recordValue(6))), traits);
      const other = rig.connect(resume(6, valueChecksum(recordValue(5))), traits);
      await Promise.resolve();
      for (let i = 0; i < 10; i++) await Promise.resolve();
      expect(same.offsets(0)).toEqual([7, 8, 9]);
      expect(same.of("cursor_stale")).toEqual([]);
      expect(other.of("cursor_stale")).toMatchObject([
        { partition: 0, requested: "6", reason: "fingerprint", logEndOffset: "10" },
      ]);
      expect(other.offsets(0)).toEqual(range(0, 9));
    },
  );

  test("of a record that left the ring is compared with that of the tiers", async () => {
    const rig = hubRig({ maxRecords: 4, pages: new FakePages() });
    rig.produce(0, 20);
    const same = rig.connect(resume(3, valueChecksum(recordValue(3))), V2);
    const other = rig.connect(resume(3, "00000000"), V2);
    for (let i = 0; i < 10; i++) {
      rig.catchUp();
      await Promise.resolve();
    }
    rig.catchUp();
    expect(same.offsets(0)).toEqual(range(4, 19));
    expect(other.of("cursor_stale")[0]).toMatchObject({ reason: "fingerprint" });
    expect(other.offsets(0)).toEqual(range(0, 19));
  });
});

test("an empty partition is named with -1, so that nothing of it is missed later", () => {
  const rig = hubRig({ maxRecords: 4, pages: new FakePages() });
  rig.ring.assign(0, 0);
  const first = rig.connect(undefined, V2);
  expect(first.of("replay_complete")[0]).toMatchObject({ lastOffsetsByPartition: { "0": "-1" } });
  rig.produce(0, 20);
  const back = rig.connect({ lastOffsetsByPartition: { "0": "-1" } }, V2);
  rig.catchUp();
  expect(back.offsets(0)).toEqual(range(0, 19));
});
