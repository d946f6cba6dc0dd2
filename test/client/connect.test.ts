import { describe, expect, test } from "bun:test";
import { connectStream, type StreamOptions, type StreamState } from "../../src/client/index.ts";
import { valueChecksum } from "../../src/wire/fingerprint.ts";
import { manualClock } from "../support/manual-clock.ts";
import { fakeWebSockets } from "./fake-web-socket.ts";

function connect(options: Partial<StreamOptions> = {}) {
  const clock = manualClock();
  const sockets = fakeWebSockets();
  const records: string[] = [];
  const states: StreamState[] = [];
  const duplicates: string[] = [];
  const stream = connectStream({
    url: "ws://server/ws",
    from: "latest",
    protocol: "v1",
    WebSocket: sockets.WebSocket,
    clock,
    random: { next: () => 1 },
    onRecord: ({ partition, offset, value }) => records.push(`${partition}:${offset}=${[...value]}`),
    onDuplicate: ({ partition, offset }) => duplicates.push(`${partition}:${offset}`),
    onState: (state) => states.push(state),
    ...options,
  });
  return { stream, clock, sockets, records, states, duplicates };
}

/** `last`: the last value received, by partition. */
const resume = (
  from: string,
  lastOffsetsByPartition: Record<string, string> = {},
  last: Readonly<Record<number, readonly [offset: number, ...value: number[]]>> = {},
) => ({
  type: "resume",
  mode: "partition",
  from,
  lastOffsetsByPartition,
  ...(Object.keys(last).length > 0 && {
    fingerprints: Object.fromEntries(
      Object.entries(last).map(([partition, [offset, ...value]]) => [
        partition,
        { offset: String(offset), crc32c: valueChecksum(Uint8Array.from(value)) },
      ]),
    ),
  }),
});

describe("a stream", () => {
  test("asks where to begin as its first frame", () => {
    const cursors = new Map([
      [0, 41],
      [3, 7],
    ]);
    const cases = [
      [connect({ from: "latest" }), resume("latest")],
      [connect({ from: "earliest" }), resume("earliest")],
      [connect({ from: "cursor", cursors }), resume("cursor", { 0: "41", 3: "7" })],
    ] as const;
    for (const [{ sockets }, frame] of cases) {
      sockets.latest().open();
      expect(sockets.latest().sent).toEqual([frame]);
    }
  });

  test("delivers each value with its cursor and remembers where it stands", () => {
    const { stream, sockets, records } = connect();
    sockets.latest().open();
    sockets.latest().record(0, 5, 1, 2);
    sockets.latest().record(2, 9, 3);
    sockets.latest().record(0, 8);
    expect(records).toEqual(["0:5=1,2", "2:9=3", "0:8="]);
    expect([...stream.cursors]).toEqual([
      [0, 8],
      [2, 9],
    ]);
  });

  test("delivers no offset twice, and tells of a server that repeats one", () => {
    const { sockets, records, duplicates } = connect();
    sockets.latest().open();
    sockets.latest().record(0, 5, 1);
    sockets.latest().record(0, 5, 1);
    sockets.latest().record(0, 4, 1);
    expect(records).toEqual(["0:5=1"]);
    expect(duplicates).toEqual(["0:5", "0:4"]);
  });

  test("passes on gaps with their ranges, and everything else but pong as it came", () => {
    const gaps: unknown[] = [];
    const messages: unknown[] = [];
    const { sockets } = connect({
      onGap: (gap) => gaps.push(gap),
      onControl: (message) => messages.push(message),
    });
    const socket = sockets.latest();
    socket.open();
    const range = { partition: 1, fromOffset: "10", toOffset: "12", count: 3 };
    socket.text({ type: "gap", count: 3, severity: "info", message: "slow", ranges: [range] });
    socket.text({ type: "gap", severity: "warning", message: "gone", ...range });
    socket.text({ type: "gap", count: 9, severity: "info", message: "somewhere" });
    socket.text({ type: "pong" });
    socket.text({ type: "cursor_stale", partition: 1, requested: "1", oldest: "5" });
    const ranges = [{ partition: 1, fromOffset: 10, toOffset: 12, count: 3 }];
    expect(gaps).toEqual([
      { count: 3, severity: "info", message: "slow", ranges },
      { count: 3, severity: "warning", message: "gone", ranges },
      { count: 9, severity: "info", message: "somewhere", ranges: [] },
    ]);
    expect(messages).toEqual([{ type: "cursor_stale", partition: 1, requested: "1", oldest: "5" }]);
  });

  test("starts over in a partition whose log was made anew, and passes that on", () => {
    const messages: unknown[] = [];
    const cursors = new Map([[0, 199]]);
    const { sockets, records, duplicates } = connect({
      from: "cursor",
      cursors,
      onControl: (m) => messages.push(m.type),
    });
    sockets.latest().open();
    sockets
      .latest()
      .text({ type: "cursor_stale", partition: 0, requested: "199", oldest: "0", logEndOffset: "5" });
    sockets.latest().record(0, 0, 1);
    expect(records).toEqual(["0:0=1"]);
    expect(duplicates).toEqual([]);
    expect(messages).toEqual(["cursor_stale"]);
  });

  test("takes other frames between a cursor and its value", () => {
    const { sockets, records } = connect();
    const socket = sockets.latest();
    socket.open();
    socket.text({ type: "cursor", partition: 0, offset: "1" });
    socket.text({ type: "pong" });
    socket.binary(7);
    expect(records).toEqual(["0:1=7"]);
  });

  test("delivers nothing after close", async () => {
    const { stream, sockets, records, states, clock } = connect();
    const socket = sockets.latest();
    socket.open();
    stream.close();
    stream.close();
    socket.record(0, 1, 1);
    expect(records).toEqual([]);
    expect(socket.closedWith).toBe(1000);
    expect(await stream.closed).toBeNull();
    expect(states.map((state) => state.kind)).toEqual(["connecting", "open", "closed"]);
    expect(clock.pendingDelays()).toEqual([]);
  });

  test("refuses an address that is not a WebSocket's", () => {
    for (const url of ["http://server/ws", "server:3002", ""]) {
      expect(() => connect({ url })).toThrow(`url is "${url}"`);
    }
  });
});

describe("a broken protocol", () => {
  test.each([
    ["a value without a cursor", (s: Fake) => s.binary(1), "without its cursor"],
    [
      "two cursors in a row",
      (s: Fake) => {
        s.text({ type: "cursor", partition: 0, offset: "1" });
        s.text({ type: "cursor", partition: 0, offset: "2" });
      },
      "cursor 0:1 came without its value",
    ],
    ["text that is not JSON", (s: Fake) => s.text("{"), "not JSON"],
    ["text without a type", (s: Fake) => s.text({}), "not an object with a type"],
    ["a negative offset", (s: Fake) => s.text({ type: "cursor", partition: 0, offset: "-1" }), '"-1"'],
    ["a cursor without partition", (s: Fake) => s.text({ type: "cursor", offset: "1" }), "cursor.partition"],
    ["an offset beyond 2^53", (s: Fake) => s.record(0, 2 ** 60, 1), "2^53-1"],
  ])("%s ends the connection, and the next one resumes", (_, speak, reason) => {
    const { sockets, states, clock, records } = connect();
    const socket = sockets.latest();
    socket.open();
    socket.record(0, 0, 9);
    speak(socket);
    socket.record(0, 5, 9);
    expect(records).toEqual(["0:0=9"]);
    expect(socket.closedWith).toBe(4002);
    const last = states.at(-1);
    expect(last?.kind === "waiting" ? last.reason : "").toContain(reason);
    clock.advance(1000);
    sockets.latest().open();
    expect(sockets.latest().sent).toEqual([resume("cursor", { 0: "0" }, { 0: [0, 9] })]);
  });
});

describe("after an interruption", () => {
  test("a stream that began with latest resumes where the server said that it stands", () => {
    const { sockets, clock } = connect({ from: "latest" });
    sockets.latest().open();
    sockets.latest().text({
      type: "replay_complete",
      mode: "latest",
      totalReplayed: 0,
      lastOffsetsByPartition: { 0: "99", 1: "7" },
    });
    sockets.latest().record(1, 8, 1);
    sockets.latest().end(1006);
    clock.advance(1000);
    sockets.latest().open();
    expect(sockets.latest().sent).toEqual([resume("cursor", { 0: "99", 1: "8" }, { 1: [8, 1] })]);
  });

  test("a stream that began on an empty topic does not skip what came meanwhile", () => {
    const { sockets, clock } = connect({ from: "latest" });
    sockets.latest().open();
    sockets.latest().text({ type: "replay_complete", mode: "latest", lastOffsetsByPartition: {} });
    sockets.latest().end(1001);
    clock.advance(1000);
    sockets.latest().open();
    expect(sockets.latest().sent).toEqual([resume("cursor")]);
  });

  test("a stream that had not begun asks again as at first", () => {
    const { sockets, clock } = connect({ from: "earliest" });
    sockets.latest().open();
    sockets.latest().end(1006);
    clock.advance(1000);
    sockets.latest().open();
    expect(sockets.latest().sent).toEqual([resume("earliest")]);
  });

  test("a late report of the server does not move a cursor back", () => {
    const { stream, sockets } = connect();
    sockets.latest().open();
    sockets.latest().record(0, 100, 1);
    sockets.latest().text({ type: "replay_complete", lastOffsetsByPartition: { 0: "50" } });
    expect(stream.cursors.get(0)).toBe(100);
  });

  test("a record that its listener did not take is asked for again", () => {
    const { stream, sockets } = connect({
      onRecord: () => {
        throw new Error("disk full");
      },
    });
    sockets.latest().open();
    sockets.latest().text({ type: "cursor", partition: 0, offset: "5" });
    expect(() => sockets.latest().binary(1)).toThrow("disk full");
    expect(stream.cursors.has(0)).toBe(false);
  });

  test("half a pair is forgotten with its connection", () => {
    const { sockets, clock, records } = connect();
    sockets.latest().open();
    sockets.latest().text({ type: "cursor", partition: 0, offset: "5" });
    sockets.latest().end(1006);
    clock.advance(1000);
    sockets.latest().open();
    sockets.latest().record(0, 5, 1);
    expect(records).toEqual(["0:5=1"]);
  });
});

describe("reconnecting", () => {
  test("waits 1 s and twice as long each time, up to 30 s", () => {
    const { sockets, clock, states } = connect();
    for (let i = 0; i < 7; i++) {
      sockets.latest().end(1006, "", "connection refused");
      const [delay = 0] = clock.pendingDelays();
      clock.advance(delay);
    }
    const waits = states.filter((state) => state.kind === "waiting");
    expect(waits.map((state) => state.delayMs)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    expect(waits[0]?.reason).toBe("connection refused");
    expect(sockets.made).toHaveLength(8);
  });

  test("starts over with 1 s once something was received, not merely by being let in", () => {
    const { sockets, clock, states } = connect();
    for (let i = 0; i < 3; i++) {
      sockets.latest().open();
      sockets.latest().end(1008, "RESUME_TOO_MANY_PARTITIONS");
      clock.advance(clock.pendingDelays()[0] ?? 0);
    }
    sockets.latest().open();
    sockets.latest().record(0, 1, 1);
    sockets.latest().end(1001);
    const delays = states.flatMap((state) => (state.kind === "waiting" ? [state.delayMs] : []));
    expect(delays).toEqual([1000, 2000, 4000, 1000]);
  });

  test("is spread over half of the delay, so that clients do not return all at once", () => {
    const { sockets, clock } = connect({ random: { next: () => 0 } });
    sockets.latest().end(1006);
    expect(clock.pendingDelays()).toEqual([500]);
  });

  test("ends after the given number of failures, and says why", async () => {
    const { stream, sockets, clock, states } = connect({ maxFailures: 2 });
    sockets.latest().end(1006, "", "connection refused");
    clock.advance(1000);
    sockets.latest().end(1006, "", "connection refused");
    const error = await stream.closed;
    expect(error?.code).toBe("server_unreachable");
    expect(error?.message).toBe("ws://server/ws: connection refused (after 2 failed attempts)");
    expect(states.at(-1)).toEqual({ kind: "closed", error });
    expect(clock.pendingDelays()).toEqual([]);
  });

  test("stops when the stream is closed while waiting", async () => {
    const { stream, sockets, clock } = connect();
    sockets.latest().end(1006);
    stream.close();
    expect(await stream.closed).toBeNull();
    expect(clock.pendingDelays()).toEqual([]);
    expect(sockets.made).toHaveLength(1);
  });
});

describe("a silent server", () => {
  test("is pinged every 20 s and given up when it does not answer", () => {
    const { sockets, clock, states } = connect();
    const socket = sockets.latest();
    socket.open();
    clock.advance(20_000);
    expect(socket.sent.at(-1)).toEqual({ type: "ping" });
    socket.text({ type: "pong" });
    clock.advance(20_000);
    expect(socket.sent.filter((frame) => JSON.stringify(frame) === '{"type":"ping"}')).toHaveLength(2);
    clock.advance(20_000);
    expect(socket.closedWith).toBe(1000);
    expect(states.at(-1)).toMatchObject({ kind: "waiting", reason: "nothing heard for 20 s" });
  });

  test("that does not even open a connection is given up after 10 s", () => {
    const { clock, states } = connect();
    clock.advance(10_000);
    expect(states.at(-1)).toMatchObject({ kind: "waiting", reason: "no connection within 10 s" });
  });
});

type Fake = ReturnType<ReturnType<typeof fakeWebSockets>["latest"]>;
