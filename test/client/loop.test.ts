// `for await` over a stream: every record once, in order, in bounded memory, and cursors that follow the loop.

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { StreamOptions, StreamRecord } from "../../src/client/index.ts";
import { connectRig, part, recordText, V2 } from "./stream-rig.ts";

function loopRig(options: Omit<Partial<StreamOptions>, "onRecord"> = {}) {
  const rig = connectRig({ ...options, onRecord: undefined });
  const loop = rig.stream[Symbol.asyncIterator]();
  /** The next record, which then is in hand. */
  const next = async () => {
    const step = await loop.next();
    return step.done ? "done" : recordText(step.value);
  };
  return { ...rig, loop, next };
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe("a loop", () => {
  test("gets the records in order, also those that it had to wait for", async () => {
    const { sockets, stream } = connectRig({ onRecord: undefined });
    sockets.latest().open(V2);
    sockets.latest().frame(part(0, [1, 2]), part(1, [7]));
    const seen: string[] = [];
    for await (const record of stream) {
      seen.push(recordText(record));
      if (seen.length === 3) sockets.latest().frame(part(0, [3]));
      if (seen.length === 4) stream.close();
    }
    expect(seen).toEqual(["0:1=1", "0:2=2", "1:7=7", "0:3=3"]);
  });

  test("uses a record when it asks for the next", async () => {
    const { sockets, stream, next } = loopRig();
    sockets.latest().open(V2);
    const first = next();
    sockets.latest().frame(part(0, [1, 2], 9));
    expect(await first).toBe("0:1=1");
    expect([...stream.cursors]).toEqual([]);
    expect(await next()).toBe("0:2=2");
    expect([...stream.cursors]).toEqual([[0, 1]]);
    const third = next();
    expect([...stream.cursors]).toEqual([[0, 9]]);
    expect(stream.fingerprints.get(0)?.offset).toBe(2);
    stream.close();
    expect(await third).toBe("done");
  });

  test("sees moves of the cursor when it comes to them, and at once where nothing is before them", async () => {
    const { sockets, stream, next } = loopRig();
    sockets.latest().open(V2);
    sockets.latest().text({ type: "progress", lastOffsetsByPartition: { 0: "5" } });
    expect(stream.cursors.get(0)).toBe(5);
    sockets.latest().frame(part(0, [6]));
    sockets.latest().text({ type: "progress", lastOffsetsByPartition: { 0: "99" } });
    sockets
      .latest()
      .text({ type: "cursor_stale", partition: 0, requested: "99", oldest: "0", logEndOffset: "1" });
    sockets.latest().frame(part(0, [0]));
    expect(stream.cursors.get(0)).toBe(5);
    expect([await next(), stream.cursors.get(0)]).toEqual(["0:6=6", 5]);
    expect([await next(), stream.cursors.get(0)]).toEqual(["0:0=0", -1]);
    const waiting = next();
    expect(stream.cursors.get(0)).toBe(0);
    stream.close();
    await waiting;
  });

  test("with a record in hand stays where it is, whatever comes", async () => {
    const { sockets, stream, next } = loopRig();
    sockets.latest().open(V2);
    sockets.latest().frame(part(0, [6]));
    await next();
    sockets.latest().text({ type: "progress", lastOffsetsByPartition: { 0: "99", 1: "4" } });
    expect([...stream.cursors]).toEqual([]);
    const waiting = next();
    expect([...stream.cursors]).toEqual([
      [0, 99],
      [1, 4],
    ]);
    stream.close();
    await waiting;
  });

  test("gets thousands that wait without leaving one out", async () => {
    const { sockets, next } = loopRig();
    sockets.latest().open(V2);
    sockets.latest().frame(part(0, range(1, 1500)));
    for (const offset of range(1, 700)) expect(await next()).toBe(`0:${offset}=${offset & 0xff}`);
    sockets.latest().frame(part(0, range(1501, 4000)));
    for (const offset of range(701, 4000)) expect(await next()).toBe(`0:${offset}=${offset & 0xff}`);
  });

  test("of a stream that was closed in the middle of a frame gets nothing more of it", async () => {
    const rig = connectRig({ onRecord: undefined, onDuplicate: () => rig.stream.close() });
    const loop = rig.stream[Symbol.asyncIterator]();
    rig.sockets.latest().open(V2);
    rig.sockets.latest().frame(part(0, [1]));
    await loop.next();
    rig.sockets.latest().frame(part(0, [1, 2]), part(1, [1]));
    expect(await loop.next()).toEqual({ done: true, value: undefined });
  });

  test("after a reconnect goes on with what waits, and asks only for what comes after that", async () => {
    const { sockets, clock, next, duplicates } = loopRig();
    sockets.latest().open(V2);
    sockets.latest().frame(part(0, [1, 2, 3]));
    expect(await next()).toBe("0:1=1");
    sockets.latest().end(1006);
    clock.advance(1000);
    sockets.latest().open(V2);
    expect(sockets.latest().sent).toMatchObject([{ from: "cursor", lastOffsetsByPartition: { 0: "3" } }]);
    sockets.latest().frame(part(0, [3, 4]));
    expect([await next(), await next(), await next()]).toEqual(["0:2=2", "0:3=3", "0:4=4"]);
    expect(duplicates).toEqual(["0:3"]);
  });

  test("that is left closes the stream, and the record in hand does not count as used", async () => {
    const { sockets, stream } = connectRig({ onRecord: undefined });
    sockets.latest().open(V2);
    sockets.latest().frame(part(0, [1, 2, 3]));
    for await (const record of stream) if (record.offset === 2) break;
    expect(await stream.closed).toBeNull();
    expect([...stream.cursors]).toEqual([[0, 1]]);
    expect(sockets.latest().closedWith).toBe(1000);
  });

  test("gets what waits before the error of a stream that gave up", async () => {
    const { sockets, next } = loopRig({ maxFailures: 1 });
    sockets.latest().open(V2);
    sockets.latest().frame(part(0, [1]));
    sockets.latest().end(1001, "restart");
    expect(await next()).toBe("0:1=1");
    await expect(next()).rejects.toMatchObject({ code: "server_unreachable" });
  });

  test("that waits gets the error, and after close the end", async () => {
    const failed = loopRig({ maxFailures: 1 });
    const waiting = failed.next();
    failed.sockets.latest().end(1006);
    failed.sockets.latest().end(1006);
    await expect(waiting).rejects.toMatchObject({ code: "server_unreachable" });
    const closed = loopRig();
    closed.sockets.latest().open(V2);
    closed.sockets.latest().frame(part(0, [1]));
    closed.stream.close();
    expect(await closed.next()).toBe("done");
  });

  test("is alone, and not beside a callback", async () => {
    const { stream } = loopRig();
    expect(() => stream[Symbol.asyncIterator]()).toThrow("iterated already");
    expect(() => connectRig().stream[Symbol.asyncIterator]()).toThrow("onRecord");
  });
});

describe("a slow loop", () => {
  test("holds the server back: it hears of a record only when that was used", async () => {
    const { sockets, next } = loopRig({ ackWindow: 4 });
    const socket = sockets.latest();
    socket.open(V2);
    socket.frame(part(0, [1, 2, 3, 4]));
    expect([await next(), await next()]).toEqual(["0:1=1", "0:2=2"]);
    expect(socket.sentOf("ack")).toEqual([]);
    await next();
    expect(socket.sentOf("ack")).toEqual([{ type: "ack", lastOffsetsByPartition: { 0: "2" } }]);
  });

  test("of the original protocol ends the connection when more waits, and comes back at half", async () => {
    const { sockets, states, next, clock } = loopRig({ protocol: "v1", ackWindow: 4 });
    const socket = sockets.latest();
    socket.open();
    for (const offset of range(1, 6)) socket.record(0, offset, offset);
    expect(socket.closedWith).toBe(1000);
    expect(states.at(-1)).toEqual({ kind: "paused", records: 5 });
    expect(clock.pendingDelays()).toEqual([]);
    expect([await next(), await next(), await next()]).toEqual(["0:1=1", "0:2=2", "0:3=3"]);
    expect(sockets.made).toHaveLength(1);
    expect(await next()).toBe("0:4=4");
    expect(sockets.made).toHaveLength(2);
    sockets.latest().open();
    expect(sockets.latest().sent).toMatchObject([{ lastOffsetsByPartition: { 0: "5" } }]);
    sockets.latest().record(0, 6, 6);
    expect([await next(), await next()]).toEqual(["0:5=5", "0:6=6"]);
  });

  test("does not gather more with each reconnect", async () => {
    const { sockets, states, clock, next } = loopRig({ ackWindow: 4 });
    sockets.latest().open(V2);
    sockets.latest().frame(part(0, range(1, 4)));
    sockets.latest().end(1001);
    clock.advance(1000);
    expect(sockets.made).toHaveLength(1);
    expect(states.at(-1)).toEqual({ kind: "paused", records: 4 });
    for (const offset of range(1, 3)) expect(await next()).toBe(`0:${offset}=${offset}`);
    expect(sockets.made).toHaveLength(2);
  });

  test("is safe from a server that does not keep to the window", () => {
    const { sockets, states } = loopRig({ ackWindow: 4 });
    sockets.latest().open(V2);
    sockets.latest().frame(part(0, range(1, 9)));
    expect(states.at(-1)).toEqual({ kind: "paused", records: 9 });
  });

  test("that is closed while it is paused ends", async () => {
    const { sockets, stream, next } = loopRig({ protocol: "v1", ackWindow: 1 });
    sockets.latest().open();
    sockets.latest().record(0, 1, 1);
    sockets.latest().record(0, 2, 2);
    stream.close();
    expect(await next()).toBe("done");
    expect(await stream.closed).toBeNull();
    expect(sockets.made).toHaveLength(1);
  });
});

test("whatever the server repeats and wherever it breaks off, a loop gets each record once and in order", async () => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constant("frame" as const),
      back: fc.nat(4),
      count: fc.integer({ min: 1, max: 6 }),
    }),
    fc.record({ kind: fc.constant("next" as const), count: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ kind: fc.constant("break" as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.boolean(), async (steps, original) => {
      const { sockets, clock, stream, loop } = loopRig({ ackWindow: 8, protocol: original ? "v1" : "v2" });
      const seen: number[] = [];
      let connected = sockets.latest();
      let sent = -1;
      const reopen = () => {
        if (sockets.latest() === connected && sockets.made.length > 1) return;
        connected = sockets.latest();
        connected.open(original ? "" : V2);
        const [resume] = connected.sent as readonly { lastOffsetsByPartition: Record<string, string> }[];
        // A server continues after the cursor that it was given.
        sent = Number(resume?.lastOffsetsByPartition[0] ?? -1);
      };
      const take = async () => {
        const before = seen.at(-1) ?? -1;
        const { done, value } = (await loop.next()) as IteratorResult<StreamRecord, undefined>;
        if (done) throw new Error("the loop ended");
        expect(value.offset).toBe(before + 1);
        seen.push(value.offset);
        // What is in hand is not used yet.
        expect(stream.cursors.get(0) ?? -1).toBe(before);
      };
      let delivered = -1;
      connected.open(original ? "" : V2);
      for (const action of steps) {
        if (action.kind === "break") {
          if (connected.closedWith === null) {
            connected.end(1006);
            clock.advance(1000);
          }
        } else if (action.kind === "frame" && connected.closedWith === null) {
          const from = Math.max(0, sent + 1 - action.back);
          const offsets = range(from, from + action.count - 1 + action.back);
          sent = Math.max(sent, offsets.at(-1) ?? sent);
          if (original) {
            for (const offset of offsets) connected.record(0, offset, offset & 0xff);
          } else connected.frame(part(0, offsets));
          if (connected.closedWith === null) delivered = Math.max(delivered, sent);
        } else if (action.kind === "next") {
          for (let i = 0; i < action.count && seen.length <= delivered; i++) await take();
        }
        if (sockets.latest() !== connected) reopen();
      }
      stream.close();
    }),
    { numRuns: 200 },
  );
});
