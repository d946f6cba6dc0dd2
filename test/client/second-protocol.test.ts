import { describe, expect, test } from "bun:test";
import { connectStream } from "../../src/client/index.ts";
import { compressFrame } from "../../src/wire/compressed-record-frame.ts";
import { encodeFramed } from "../../src/wire/encode.ts";
import { valueChecksum } from "../../src/wire/fingerprint.ts";
import { encodeRecordFrame } from "../../src/wire/record-frame.ts";
import { fakeWebSockets } from "./fake-web-socket.ts";
import { connectRig, part, V2 } from "./stream-rig.ts";

const resume = (keys: object = {}) => ({
  type: "resume",
  mode: "partition",
  from: "latest",
  lastOffsetsByPartition: {},
  ackWindow: 5000,
  ...keys,
});
const fingerprint = (offset: number, ...value: readonly number[]) => ({
  offset: String(offset),
  crc32c: valueChecksum(Uint8Array.from(value)),
});
const event = (threadId: string, tenantId = "acme") =>
  encodeFramed({ event: { header: { threadId, tenantId, schemaVersion: 1 } } });

describe("choosing the protocol", () => {
  test("the second one is offered, and spoken if the server chooses it", () => {
    const { stream, sockets, states } = connectRig();
    expect(sockets.latest().offered).toEqual([V2]);
    expect(stream.protocol).toBeNull();
    sockets.latest().open(V2);
    expect(sockets.latest().sent).toEqual([resume()]);
    expect(stream.protocol).toBe("v2");
    expect(states).toEqual([
      { kind: "connecting", url: "ws://server/ws" },
      { kind: "open", protocol: "v2" },
    ]);
  });

  test("the original is not offered by name", () => {
    const { sockets, states } = connectRig({ protocol: "v1" });
    expect(sockets.latest().offered).toBeNull();
    sockets.latest().open();
    expect(states.at(-1)).toEqual({ kind: "open", protocol: "v1" });
  });

  test("a server that chooses none is spoken to in the original", () => {
    const { stream, sockets, records } = connectRig();
    sockets.latest().open();
    expect(sockets.latest().sent).toEqual([expect.not.objectContaining({ ackWindow: expect.anything() })]);
    sockets.latest().record(0, 5, 1);
    expect(stream.protocol).toBe("v1");
    expect(records).toEqual(["0:5=1"]);
  });

  test("a server that refuses the handshake is asked at once without a subprotocol, as one attempt", () => {
    const { sockets, states, records } = connectRig();
    sockets.latest().end(1006, "", "Expected 101 status code: 400");
    expect(sockets.made.map(({ offered }) => offered)).toEqual([[V2], null]);
    expect(states.map(({ kind }) => kind)).toEqual(["connecting"]);
    sockets.latest().open();
    sockets.latest().record(0, 1, 9);
    expect(records).toEqual(["0:1=9"]);
  });

  test("a server that is not there has failed once, not twice, and is asked for the second protocol again", () => {
    const { sockets, states, clock } = connectRig();
    sockets.latest().end(1006);
    sockets.latest().end(1006);
    expect(states.at(-1)).toMatchObject({ kind: "waiting", failures: 1 });
    clock.advance(1000);
    expect(sockets.latest().offered).toEqual([V2]);
  });

  test("a server that agreed once is not asked for the original when it is away", () => {
    const { sockets, clock } = connectRig();
    sockets.latest().open(V2);
    sockets.latest().end(1001);
    clock.advance(1000);
    sockets.latest().end(1006);
    expect(sockets.made.map(({ offered }) => offered)).toEqual([[V2], [V2]]);
  });

  test("one that does not answer is not asked twice", () => {
    const { sockets, clock } = connectRig();
    clock.advance(10_000);
    expect(sockets.made).toHaveLength(1);
  });

  test("a server that agrees and then speaks the original is understood", () => {
    const { stream, sockets, records, states } = connectRig({ filter: { tenants: ["acme"] } });
    sockets.latest().open(V2);
    sockets.latest().record(0, 1, ...event("t", "other"));
    sockets.latest().record(0, 2, ...event("t"));
    expect(records).toHaveLength(1);
    expect(stream.protocol).toBe("v1");
    expect(states.at(-1)).toEqual({ kind: "open", protocol: "v1" });
  });
});

describe("a frame", () => {
  test("delivers its records by partition as listed, and moves the cursors to where it ends", () => {
    const { stream, sockets, records } = connectRig();
    sockets.latest().open(V2);
    sockets.latest().frame(part(3, [7, 9]), part(0, [1], 5));
    sockets.latest().frame(part(3, [], 20));
    expect(records).toEqual(["3:7=7", "3:9=9", "0:1=1"]);
    expect([...stream.cursors]).toEqual([
      [3, 20],
      [0, 5],
    ]);
  });

  test("is followed by a resume that has its cursors and the fingerprints of its last values", () => {
    const { sockets, clock } = connectRig();
    sockets.latest().open(V2);
    sockets.latest().frame(part(0, [4, 6], 8));
    sockets.latest().end(1001);
    clock.advance(1000);
    sockets.latest().open(V2);
    const lastOffsetsByPartition = { 0: "8" };
    expect(sockets.latest().sent).toEqual([
      resume({ from: "cursor", lastOffsetsByPartition, fingerprints: { 0: fingerprint(6, 6) } }),
    ]);
  });

  test("that repeats records delivers only the new ones, and the old are told of", () => {
    const { sockets, records, duplicates, stream } = connectRig();
    sockets.latest().open(V2);
    sockets.latest().frame(part(0, [1, 2], 4));
    sockets.latest().frame(part(0, [2, 4, 5]), part(1, [1]));
    sockets.latest().frame(part(0, [3]));
    expect(records).toEqual(["0:1=1", "0:2=2", "0:5=5", "1:1=1"]);
    expect(duplicates).toEqual(["0:2", "0:4", "0:3"]);
    expect(stream.cursors.get(0)).toBe(5);
  });

  test("that is malformed delivers nothing and ends the connection, and the next one resumes", () => {
    const { sockets, records, states, clock } = connectRig();
    const socket = sockets.latest();
    socket.open(V2);
    socket.frame(part(0, [1]));
    socket.binary(0, 0x0a, 9, 1);
    socket.frame(part(0, [2]));
    expect(records).toEqual(["0:1=1"]);
    expect(socket.closedWith).toBe(4002);
    expect(states.at(-1)).toMatchObject({ kind: "waiting", reason: expect.stringContaining("at byte 2") });
    clock.advance(1000);
    sockets.latest().open(V2);
    expect(sockets.latest().sent).toMatchObject([{ from: "cursor", lastOffsetsByPartition: { 0: "1" } }]);
  });

  test("may be compressed if that was asked for, and only then", () => {
    const value = new Uint8Array(2000);
    const frame = compressFrame(
      encodeRecordFrame([{ partition: 0, records: [{ offset: 1, value }], lastOffset: 1 }]),
    );
    const asked = connectRig({ compression: "zstd" });
    asked.sockets.latest().open(V2);
    expect(asked.sockets.latest().sent).toEqual([resume({ compression: "zstd" })]);
    asked.sockets.latest().raw(frame.buffer);
    expect(asked.records).toEqual([`0:1=${[...value]}`]);
    const unasked = connectRig();
    unasked.sockets.latest().open(V2);
    unasked.sockets.latest().raw(frame.buffer);
    expect(unasked.sockets.latest().closedWith).toBe(4002);
  });

  test("delivers nothing more once the stream is closed in the middle of it", () => {
    const seen: number[] = [];
    const rig = connectRig({
      onRecord({ offset }) {
        seen.push(offset);
        if (offset === 2) rig.stream.close();
      },
    });
    rig.sockets.latest().open(V2);
    rig.sockets.latest().frame(part(0, [1, 2, 3], 9), part(1, [1]));
    expect(seen).toEqual([1, 2]);
    expect([...rig.stream.cursors]).toEqual([[0, 2]]);
  });

  test("whose listener throws ends the connection, and what was not taken is asked for again", () => {
    const rig = connectRig({
      onRecord({ offset }) {
        if (offset === 2) throw new Error("disk full");
      },
    });
    const socket = rig.sockets.latest();
    socket.open(V2);
    expect(() => socket.frame(part(0, [1, 2, 3]))).toThrow("disk full");
    expect(socket.closedWith).toBe(4003);
    rig.clock.advance(1000);
    rig.sockets.latest().open(V2);
    expect(rig.sockets.latest().sent).toMatchObject([{ lastOffsetsByPartition: { 0: "1" } }]);
  });

  test("is decoded when somebody looks", () => {
    const threads: string[] = [];
    const { sockets } = connectRig({
      onRecord(record) {
        const message = record.message();
        if (message.message === "event") threads.push(message.event.header?.threadId ?? "");
        expect(record.message()).toBe(message);
      },
    });
    sockets.latest().open(V2);
    const long = encodeFramed({ event: { header: { threadId: "zipped" }, nodeId: "n".repeat(2000) } });
    expect(long[0]).toBe(1);
    const records = [event("plain"), long].map((value, offset) => ({ offset, value }));
    sockets.latest().frame({ partition: 0, records, lastOffset: 1 });
    expect(threads).toEqual(["plain", "zipped"]);
  });
});

describe("cursors", () => {
  test("move with progress, although nothing came", () => {
    const { stream, sockets } = connectRig();
    sockets.latest().open(V2);
    sockets.latest().text({ type: "progress", lastOffsetsByPartition: { 0: "99" } });
    sockets.latest().text({ type: "progress", lastOffsetsByPartition: { 0: "50", 1: "3" } });
    expect([...stream.cursors]).toEqual([
      [0, 99],
      [1, 3],
    ]);
  });

  test("of empty partitions are -1, so that nothing that comes meanwhile is skipped", () => {
    const { sockets, clock, records } = connectRig();
    const empty = { type: "replay_complete", mode: "latest", lastOffsetsByPartition: { 0: "-1" } };
    sockets.latest().open(V2);
    sockets.latest().text(empty);
    sockets.latest().end(1001);
    clock.advance(1000);
    sockets.latest().open(V2);
    expect(sockets.latest().sent).toEqual([resume({ from: "cursor", lastOffsetsByPartition: { 0: "-1" } })]);
    sockets.latest().frame(part(0, [0]));
    expect(records).toEqual(["0:0=0"]);
  });

  test("that are -1 are not named to a server of the original protocol, which knows none", () => {
    const { sockets } = connectRig({
      from: "cursor",
      cursors: new Map([
        [0, -1],
        [1, 7],
      ]),
    });
    sockets.latest().open();
    expect(Reflect.get(Object(sockets.latest().sent[0]), "lastOffsetsByPartition")).toEqual({ 1: "7" });
  });

  test("start over with a new log, whichever way the server found out", () => {
    for (const [reason, keys] of [
      ["log_end", { logEndOffset: "5" }],
      ["fingerprint", { reason: "fingerprint" }],
    ] as const) {
      const cursors = new Map([
        [0, 199],
        [1, 3],
      ]);
      const fingerprints = new Map([[0, { offset: 199, crc32c: "00000001" }]]);
      const { stream, sockets, records, duplicates, epochs, clock } = connectRig({
        from: "cursor",
        cursors,
        fingerprints,
      });
      sockets.latest().open(V2);
      expect(sockets.latest().sent).toMatchObject([
        { fingerprints: { 0: { offset: "199", crc32c: "00000001" } } },
      ]);
      sockets.latest().text({ type: "cursor_stale", partition: 0, requested: "199", oldest: "2", ...keys });
      expect([...stream.cursors]).toEqual([
        [0, -1],
        [1, 3],
      ]);
      expect(stream.fingerprints.size).toBe(0);
      // An older record than the server named comes all the same, from a tier that it had not asked by then.
      sockets.latest().frame(part(0, [1, 3]));
      expect(records).toEqual(["0:1=1", "0:3=3"]);
      expect(duplicates).toEqual([]);
      expect(epochs).toEqual([{ partition: 0, reason, requested: 199, oldest: 2 }]);
      sockets.latest().end(1001);
      clock.advance(1000);
      sockets.latest().open(V2);
      expect(sockets.latest().sent).toMatchObject([{ fingerprints: { 0: fingerprint(3, 3) } }]);
    }
  });

  test("are left as they are by records that are gone: a gap says which", () => {
    const { stream, sockets, gaps, epochs } = connectRig({ from: "cursor", cursors: new Map([[0, 9]]) });
    sockets.latest().open(V2);
    sockets.latest().text({ type: "cursor_stale", partition: 0, requested: "9", oldest: "20" });
    const range = { partition: 0, fromOffset: "10", toOffset: "19", count: 10 };
    sockets.latest().text({ type: "gap", severity: "warning", message: "gone", ...range });
    expect(gaps).toMatchObject([{ count: 10, ranges: [{ partition: 0, fromOffset: 10, toOffset: 19 }] }]);
    expect(epochs).toEqual([]);
    expect([...stream.cursors]).toEqual([[0, 9]]);
  });
});

describe("a filter", () => {
  test("is the server's business in the second protocol, from the resume on", () => {
    const { sockets, stream, filters, records } = connectRig({ filter: { types: ["event"] } });
    sockets.latest().open(V2);
    expect(sockets.latest().sent).toEqual([resume({ filter: { types: ["event"] } })]);
    stream.setFilter({ tenants: ["acme"] });
    expect(sockets.latest().sentOf("filter")).toEqual([{ type: "filter", filter: { tenants: ["acme"] } }]);
    const answer = { filter: { tenants: ["acme"] }, afterOffsetsByPartition: { 0: "41" } };
    sockets.latest().text({ type: "filter_set", ...answer });
    expect(filters).toEqual([{ filter: { tenants: ["acme"] }, afterOffsets: new Map([[0, 41]]) }]);
    sockets.latest().frame(part(0, [50]));
    expect(records).toEqual(["0:50=50"]);
  });

  test("that was changed holds for the connections to come", () => {
    const { sockets, stream, clock } = connectRig();
    stream.setFilter({ sample: 0.5 });
    expect(sockets.latest().sent).toEqual([]);
    sockets.latest().open(V2);
    sockets.latest().end(1001);
    stream.setFilter({ sample: 0.25 });
    clock.advance(1000);
    sockets.latest().open(V2);
    expect(sockets.latest().sent).toEqual([resume({ filter: { sample: 0.25 } })]);
  });

  test("is applied here with the original protocol, and the cursors move all the same", () => {
    const rig = connectRig({ protocol: "v1", filter: { tenants: ["acme"] } });
    const { sockets, records, stream } = rig;
    sockets.latest().open();
    const zipped = encodeFramed({
      event: { header: { tenantId: "other", threadId: "t" }, nodeId: "n".repeat(2000) },
    });
    sockets.latest().record(0, 1, ...event("t"));
    sockets.latest().record(0, 2, ...event("t", "other"));
    sockets.latest().record(0, 3, ...zipped);
    expect(records.map((text) => text.slice(0, 3))).toEqual(["0:1"]);
    expect(stream.cursors.get(0)).toBe(3);
    stream.setFilter({ tenants: ["other"] });
    expect(rig.filters).toEqual([{ filter: { tenants: ["other"] }, afterOffsets: new Map([[0, 3]]) }]);
    sockets.latest().record(0, 4, ...zipped);
    sockets.latest().record(0, 5, 0, 0xff);
    expect(records.map((text) => text.slice(0, 3))).toEqual(["0:1", "0:4", "0:5"]);
  });

  test("that is wrong is refused before anything is sent", () => {
    expect(() => connectRig({ filter: { tenants: [] } })).toThrow("filter.tenants has 0 entries");
    const { stream } = connectRig();
    expect(() => stream.setFilter({ sample: 2 })).toThrow(
      "filter.sample is 2, expected a number from 0 to 1",
    );
    expect(() => connectRig({ ackWindow: 0 })).toThrow("ackWindow is 0, expected 1 to 100000");
  });

  test("that the server refuses ends the stream, because asking again would not help", async () => {
    const { stream, sockets, clock } = connectRig();
    sockets.latest().open(V2);
    sockets.latest().text({ type: "error", code: "INVALID_FILTER", message: "filter.types is 7" });
    const error = await stream.closed;
    expect(error?.code).toBe("server_refused");
    expect(error?.message).toBe("ws://server/ws: INVALID_FILTER: filter.types is 7");
    expect(clock.pendingDelays()).toEqual([]);
  });
});

describe("acknowledgements", () => {
  test("tell the server once half of the window is used, naming what moved", () => {
    const { sockets } = connectRig({ ackWindow: 4 });
    const socket = sockets.latest();
    socket.open(V2);
    socket.frame(part(0, [1]));
    expect(socket.sentOf("ack")).toEqual([]);
    socket.frame(part(1, [5, 6], 8));
    socket.frame(part(2, [1]));
    socket.frame(part(2, [2]));
    expect(socket.sentOf("ack")).toEqual([
      { type: "ack", lastOffsetsByPartition: { 0: "1", 1: "8" } },
      { type: "ack", lastOffsetsByPartition: { 2: "2" } },
    ]);
  });

  test("count what the server sent twice, so that it never waits for ever", () => {
    const { sockets } = connectRig({ ackWindow: 2 });
    sockets.latest().open(V2);
    sockets.latest().frame(part(0, [1]));
    sockets.latest().frame(part(0, [1]));
    expect(sockets.latest().sentOf("ack")).toHaveLength(2);
  });

  test("are not sent to a server of the original protocol", () => {
    const { sockets } = connectRig({ ackWindow: 1 });
    sockets.latest().open();
    sockets.latest().record(0, 1, 1);
    expect(sockets.latest().sentOf("ack")).toEqual([]);
  });
});

describe("the JSON variant", () => {
  function connectJson() {
    const sockets = fakeWebSockets();
    const records: unknown[] = [];
    const stream = connectStream({
      url: "ws://server/ws",
      from: "latest",
      protocol: "v2+json",
      WebSocket: sockets.WebSocket,
      onRecord: (record) => records.push(record),
    });
    return { sockets, records, stream };
  }
  const frame = (...records: readonly object[]) => ({
    type: "records",
    partitions: [{ partition: 0, lastOffset: "9", records }],
  });

  test("delivers what the server decoded", () => {
    const { sockets, records, stream } = connectJson();
    expect(sockets.latest().offered).toEqual(["dashstream.v2+json"]);
    sockets.latest().open("dashstream.v2+json");
    expect(sockets.latest().sent).toEqual([resume()]);
    sockets
      .latest()
      .text(frame({ offset: "4", kind: "event", message: { nodeId: "n" } }, { offset: 5, message: {} }));
    expect(records).toEqual([
      { partition: 0, offset: 4, kind: "event", message: { nodeId: "n" } },
      { partition: 0, offset: 5, kind: null, message: {} },
    ]);
    expect(stream.cursors.get(0)).toBe(9);
    stream.close();
  });

  test("is made here of the values of a server that does not speak it", () => {
    const { sockets, records, stream } = connectJson();
    sockets.latest().open();
    sockets.latest().record(0, 4, ...event("t"));
    expect(records).toMatchObject([{ offset: 4, kind: "event", message: { header: { threadId: "t" } } }]);
    stream.close();
  });

  test.each([
    [{ type: "records" }, "records.partitions is missing, expected a list"],
    [{ type: "records", partitions: [7] }, "records.partitions[0] is 7, expected an object"],
    [
      frame({ offset: "5", message: {} }, { offset: "5", message: {} }),
      "records[1].offset is 5, expected more than 5",
    ],
    [frame({ offset: "10", message: {} }), "lastOffset is 9, expected 10 or more"],
    [frame({ offset: "-1", message: {} }), 'records[0].offset is "-1"'],
    [frame({ offset: "1" }), "records[0].message is missing"],
    [
      { type: "records", partitions: [...frame().partitions, ...frame().partitions] },
      "expected each partition once",
    ],
  ])("is checked as strictly: %p", async (bad, reason) => {
    const sockets = fakeWebSockets();
    const stream = connectStream({
      url: "ws://server/ws",
      from: "latest",
      protocol: "v2+json",
      maxFailures: 1,
      WebSocket: sockets.WebSocket,
      onRecord() {},
    });
    sockets.latest().open("dashstream.v2+json");
    sockets.latest().text(bad);
    expect((await stream.closed)?.message).toContain(reason);
  });

  test("has no binary frames", () => {
    const { sockets, stream } = connectJson();
    sockets.latest().open("dashstream.v2+json");
    sockets.latest().binary(0);
    expect(sockets.latest().closedWith).toBe(4002);
    stream.close();
  });
});
