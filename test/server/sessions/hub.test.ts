import { describe, expect, test } from "bun:test";
import type { PeerSocket } from "../../../src/runtime/http.ts";
import { highWaterBytes } from "../../../src/server/sessions/socket-flow.ts";
import { FakePages } from "./fake-pages.ts";
import { type HubRig, hubRig, range, say } from "./hub-rig.ts";

describe("live delivery", () => {
  test("sends each record as a cursor and its value, to every client, once", () => {
    const rig = hubRig();
    const clients = [rig.connect(), rig.connect()];
    rig.produce(0, 3);
    rig.produce(1, 2);
    for (const client of clients) {
      expect(client.records.map(({ partition, offset }) => [partition, offset])).toEqual([
        [0, 0],
        [0, 1],
        [0, 2],
        [1, 0],
        [1, 1],
      ]);
      expect(client.records[0]?.value).toStartWith("0:0");
    }
  });

  test("waits a moment for a resume before it sends live records, then loses none of them", () => {
    const rig = hubRig();
    const client = rig.connect(null);
    rig.produce(0, 2);
    expect(client.records).toEqual([]);
    rig.clock.advance(1000);
    rig.produce(0, 1);
    expect(client.offsets(0)).toEqual([0, 1, 2]);
  });

  test("a client that has not said yet where to start loses nothing when the ring moves on", () => {
    const rig = hubRig({ maxRecords: 20 });
    const client = rig.connect(null);
    rig.produce(0, 60);
    expect(rig.metrics.dropped.value).toBe(0);
    say(client, { type: "resume", lastOffsetsByPartition: { "0": 49 } });
    expect(client.offsets(0)).toEqual(range(50, 59));
    expect(client.of("gap")).toEqual([]);
  });

  test("a ping says nothing about where to start: the resume after it is still the first word", () => {
    const rig = hubRig();
    rig.produce(0, 10);
    const client = rig.connect(null);
    rig.produce(0, 5);
    say(client, { type: "ping" });
    say(client, { type: "resume", lastOffsetsByPartition: { "0": 4 } });
    expect(client.offsets(0)).toEqual(range(5, 14));
    expect(client.of("gap")).toEqual([]);
  });

  test("answers ping and ignores, but counts, what it does not know", () => {
    const rig = hubRig();
    const client = rig.connect();
    say(client, { type: "ping" });
    say(client, { type: "dance" });
    say(client, "{not json");
    client.handler?.onBinary(new Uint8Array(3));
    expect(client.of("pong")).toHaveLength(1);
    expect(rig.metrics.controlIgnored.unknown_type.value).toBe(1);
    expect(rig.metrics.controlParseFailures.value).toBe(1);
    expect(rig.metrics.controlIgnored.binary.value).toBe(1);
    rig.produce(0, 1);
    expect(client.offsets(0)).toEqual([0]);
  });

  test("a control frame of more than 1 MiB ends the connection with an error frame", () => {
    const rig = hubRig();
    const client = rig.connect();
    say(client, `"${"é".repeat(524_288)}"`);
    expect(client.of("error")[0]?.code).toBe("CONTROL_FRAME_TOO_LARGE");
    expect(client.closedWith?.code).toBe(1008);
    expect(rig.metrics.controlOversized.value).toBe(1);
  });
});

describe("a slow client", () => {
  test("costs bounded memory, does not slow others, and catches up from the ring without loss", () => {
    const rig = hubRig();
    const [slow, quick] = [rig.connect(), rig.connect()];
    slow.stopReading();
    rig.produce(0, 500, 100);
    expect(slow.bufferedBytes()).toBeLessThan(2000 + 256 * 1024);
    expect(slow.records.length).toBeLessThan(500);
    expect(quick.offsets(0)).toEqual(range(0, 499));
    slow.drain();
    expect(slow.offsets(0)).toEqual(range(0, 499));
    expect(slow.of("gap")).toEqual([]);
  });

  test("overrun by the ring, is told exactly what it lost, and everything is counted", () => {
    const rig = hubRig({ maxRecords: 100 });
    const slow = rig.connect();
    slow.stopReading();
    rig.produce(0, 300, 100);
    const received = slow.offsets(0).length;
    slow.drain();
    rig.catchUp();
    const [gap] = slow.of("gap");
    expect(gap).toMatchObject({ count: 200 - received, severity: "critical" });
    expect(gap?.ranges).toEqual([
      { partition: 0, fromOffset: String(received), toOffset: "199", count: 200 - received },
    ]);
    expect(slow.offsets(0)).toEqual([...range(0, received - 1), ...range(200, 299)]);
    expect(rig.metrics.dropped.value).toBe(200 - received);
    expect(rig.health.snapshot().dropped).toBe(200 - received);
  });

  test("that reads again at once has its loss counted as well", () => {
    const rig = hubRig({ maxRecords: 20, hub: { browserBurst: 5 } });
    const browser = rig.connect({ from: "latest" }, { browser: true });
    rig.produce(0, 60);
    rig.clock.advance(1000);
    rig.catchUp();
    const announced = browser.of("gap").reduce((sum, gap) => sum + Number(gap.count), 0);
    expect(announced).toBe(35);
    expect(rig.metrics.dropped.value).toBe(announced);
  });

  test("is disconnected with 4008 once it lost too much within the window", () => {
    const rig = hubRig({ maxRecords: 10, limits: { slowThreshold: 50 } });
    const slow = rig.connect();
    slow.stopReading();
    rig.produce(0, 100, 1000);
    slow.take();
    rig.catchUp();
    expect(slow.of("disconnect")[0]).toMatchObject({
      reason: "backpressure",
      threshold: 50,
      window_secs: 60,
    });
    expect(slow.closedWith).toEqual({ code: 4008, reason: "slow client" });
    expect(rig.metrics.slowDisconnects.value).toBe(1);
    rig.clock.advance(5000);
    expect(slow.terminated).toBe(true);
    expect(rig.metrics.disconnects.slow_client.value).toBe(1);
    expect(rig.hub.clientCount).toBe(0);
  });

  test("that takes no byte for a minute is given up", () => {
    const rig = hubRig({ limits: { slowThreshold: 0 } });
    const stalled = rig.connect();
    stalled.stopReading();
    rig.produce(0, 500, 100);
    rig.clock.advance(59_000);
    expect(stalled.closedWith).toBeNull();
    rig.clock.advance(3000);
    expect(stalled.closedWith?.code).toBe(4008);
    expect(rig.metrics.sendTimeout.value).toBe(1);
    expect(rig.metrics.dropped.value).toBe(500 - stalled.records.length);
  });

  test("more than the permitted lag behind, is moved to the live end and told so", () => {
    const rig = hubRig({ limits: { maxLagRecords: 200, slowThreshold: 0 } });
    const slow = rig.connect();
    slow.stopReading();
    rig.produce(0, 500, 100);
    rig.clock.advance(1000);
    const lost = 500 - slow.records.length;
    expect(rig.metrics.dropped.value).toBe(lost);
    slow.drain();
    expect(slow.of("gap")[0]?.count).toBe(lost);
    rig.produce(0, 1);
    expect(slow.records.at(-1)?.offset).toBe(500);
  });
});

/** A client that takes what waits for it only when it is told to, and keeps nothing. */
function silentClient({ hub }: HubRig) {
  let waiting = 0;
  const socket: PeerSocket = {
    send(frame) {
      waiting += frame.length;
      return "queued";
    },
    cork: (write) => write(),
    bufferedBytes: () => waiting,
    close() {},
    terminate() {},
  };
  const handler = hub.accept(socket, { protocol: "original", browser: false, admin: false });
  handler.onText('{"type":"resume","from":"latest","lastOffsetsByPartition":{}}');
  const take = () => {
    waiting = 0;
    handler.onDrain();
  };
  return { handler, take, waitingBytes: () => waiting };
}

describe("a crowd", () => {
  const MIB = 1024 * 1024;
  /** Queued bytes may exceed the mark by one write, which holds 256 KiB and one value at most. */
  const ONE_WRITE_BYTES = 300 * 1024;

  test("that does not read costs bounded memory in all: the more clients, the less waits for each", () => {
    const rig = hubRig({ maxBytes: 8 * MIB, limits: { highWaterBytes: MIB } });
    const clients = Array.from({ length: 1024 }, () => silentClient(rig));
    rig.produce(0, 100, 20 * 1024);
    for (const { waitingBytes } of clients) {
      expect(waitingBytes()).toBeGreaterThan(MIB / 4);
      expect(waitingBytes()).toBeLessThan(MIB / 4 + ONE_WRITE_BYTES);
    }
    const [last, ...gone] = clients;
    for (const { handler } of gone) handler.onClose(1000, "");
    last?.take();
    expect(last?.waitingBytes()).toBeGreaterThan(MIB);
  });

  test("has a mark of its own for each number of clients, within bounds", () => {
    expect([0, 1, 256, 257, 1024, 4096, 100_000].map((clients) => highWaterBytes(MIB, clients))).toEqual([
      MIB,
      MIB,
      MIB,
      Math.floor((256 * MIB) / 257),
      MIB / 4,
      MIB / 16,
      MIB / 16,
    ]);
  });
});

describe("a client that is behind the ring", () => {
  test("costs no write for live records that it will get from the tiers", () => {
    const rig = hubRig({ maxRecords: 20, pages: new FakePages() });
    rig.produce(0, 50);
    const client = rig.connect({ lastOffsetsByPartition: { "0": 9 } });
    const before = client.corkCount;
    rig.produce(0, 100);
    expect(client.corkCount).toBe(before);
    rig.catchUp();
    expect(client.offsets(0)).toEqual(range(10, 149));
  });

  test("gets live records of its other partitions meanwhile", () => {
    const rig = hubRig({ maxRecords: 20, pages: new FakePages() });
    rig.produce(0, 50);
    const client = rig.connect({ lastOffsetsByPartition: { "0": 9 } });
    rig.produce(0, 5);
    rig.produce(1, 5);
    rig.produce(0, 5);
    expect([client.offsets(0), client.offsets(1)]).toEqual([[], range(0, 4)]);
    rig.catchUp();
    expect([client.offsets(0), client.offsets(1)]).toEqual([range(10, 59), range(0, 4)]);
  });
});

describe("a client that asks while it does not read", () => {
  test("keeps its connection, however large the records are that wait for it", () => {
    const rig = hubRig();
    const client = rig.connect();
    client.stopReading();
    rig.produce(0, 3, 10_000);
    say(client, { type: "ping" });
    expect(client.of("pong")).toHaveLength(1);
    expect(client.terminated).toBe(false);
  });

  test("is cut once the answers alone exceed what may be queued for it", () => {
    const rig = hubRig();
    const client = rig.connect();
    client.stopReading();
    for (let i = 0; i < 1000 && !client.terminated; i++) say(client, { type: "ping" });
    expect(client.terminated).toBe(true);
    expect(client.bufferedBytes()).toBeLessThan(5000);
    expect(rig.metrics.disconnects.send_failed.value).toBe(1);
  });
});

describe("waiting for clients", () => {
  test("two batches that wait at once both go on when there is room", async () => {
    const rig = hubRig({ maxRecords: 100 });
    const client = rig.connect();
    client.stopReading();
    rig.produce(0, 90, 100);
    const rooms = [rig.hub.room(), rig.hub.room()];
    client.drain();
    await Promise.all(rooms);
    expect(rig.hub.room()).toBeNull();
  });

  test("a batch waits for a client that is behind but taking data, and goes on when it has room", async () => {
    const rig = hubRig({ maxRecords: 100 });
    const client = rig.connect();
    client.stopReading();
    rig.produce(0, 90, 100);
    const room = rig.hub.room();
    expect(room).not.toBeNull();
    client.drain();
    await room;
    expect(rig.hub.room()).toBeNull();
  });

  test("a client that takes nothing is waited for once, at most the configured time", async () => {
    const rig = hubRig({ maxRecords: 100, limits: { slowThreshold: 0 } });
    const client = rig.connect();
    client.stopReading();
    rig.produce(0, 90, 100);
    const room = rig.hub.room();
    rig.clock.advance(250);
    await room;
    expect(rig.hub.room()).toBeNull();
    client.take();
    rig.produce(0, 90, 100);
    expect(rig.hub.room()).not.toBeNull();
  });

  test("nobody waits for a browser, whose pace we limit ourselves", () => {
    const rig = hubRig({ maxRecords: 100, limits: { slowThreshold: 0 }, hub: { browserBurst: 5 } });
    rig.connect({ from: "latest" }, { browser: true });
    rig.produce(0, 90);
    expect(rig.hub.room()).toBeNull();
  });
});

describe("a browser on the paired protocol", () => {
  test("gets a burst and then the configured rate, live and replay alike", () => {
    const rig = hubRig();
    rig.produce(0, 500);
    const browser = rig.connect({ from: "earliest" }, { browser: true });
    expect(browser.offsets(0)).toEqual(range(0, 199));
    rig.clock.advance(1000);
    expect(browser.offsets(0).length).toBeGreaterThanOrEqual(295);
    expect(browser.offsets(0).length).toBeLessThanOrEqual(300);
    rig.clock.advance(2100);
    expect(browser.offsets(0)).toEqual(range(0, 499));
    expect(browser.of("replay_complete")[0]).toMatchObject({ totalReplayed: 500, mode: "earliest" });
  });
});

describe("draining", () => {
  test("closes every client with 1001 and resolves when they are gone", async () => {
    const rig = hubRig();
    const clients = [rig.connect(), rig.connect()];
    const drained = rig.hub.drain(1000);
    for (const client of clients) {
      expect(client.closedWith).toEqual({ code: 1001, reason: "server shutting down" });
      client.handler?.onClose(1001, "");
    }
    await drained;
    expect(rig.metrics.disconnects.shutdown.value).toBe(2);
  });
});
