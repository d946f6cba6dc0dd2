import { describe, expect, test } from "bun:test";
import { hubRig, say } from "./hub-rig.ts";

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("the span of a resume", () => {
  test("tells what the client asked for and was sent, and how long it took", () => {
    const rig = hubRig({ traceRatio: 1 });
    rig.produce(0, 300, 100);
    const client = rig.connect(null);
    client.stopReading();
    say(client, { type: "resume", from: "cursor", lastOffsetsByPartition: { "0": "99" } });
    const askedMs = rig.clock.nowMs();
    rig.clock.advance(5_000);
    expect(rig.spans).toEqual([]);
    client.drain();
    expect(rig.spans).toMatchObject([
      {
        name: "resume_client",
        kind: "server",
        context: { parentSpanId: null },
        startMs: askedMs,
        endMs: askedMs + 5_000,
        attributes: {
          "resume.mode": "partition",
          "resume.from": "cursor",
          "resume.outcome": "complete",
          "resume.sent": 200,
          "resume.missing": 0,
          "resume.stale_partitions": 0,
        },
        error: null,
      },
    ]);
  });

  test("ends at once where only live records are wanted", () => {
    const rig = hubRig({ traceRatio: 1 });
    rig.produce(0, 3);
    rig.connect({ from: "latest" });
    expect(rig.spans).toMatchObject([
      { attributes: { "resume.from": "latest", "resume.outcome": "complete", "resume.sent": 0 } },
    ]);
  });

  test("is not made of those that went well and are not of the share", () => {
    const rig = hubRig({ traceRatio: 0 });
    rig.produce(0, 30);
    rig.connect({ lastOffsetsByPartition: { "0": 4 } });
    expect(rig.spans).toEqual([]);
  });

  test("begins with the client's word although the server learns of its partitions only later", () => {
    let known = false;
    const rig = hubRig({ traceRatio: 1, partitionsKnown: () => known });
    rig.produce(0, 5);
    rig.connect({ lastOffsetsByPartition: { "0": 1 } });
    const askedMs = rig.clock.nowMs();
    rig.clock.advance(700);
    known = true;
    rig.hub.announcePartitionsKnown();
    expect(rig.spans).toMatchObject([
      { startMs: askedMs, endMs: askedMs + 700, attributes: { "resume.outcome": "complete" } },
    ]);
  });
});

describe("a resume is always traced, as an error, when the client does not get what it asked for", () => {
  test("because it is nowhere to be had", () => {
    const rig = hubRig({ traceRatio: 0, maxRecords: 10 });
    rig.produce(0, 30);
    rig.connect({ lastOffsetsByPartition: { "0": 4 } });
    expect(rig.spans).toMatchObject([
      {
        attributes: { "resume.missing": 15, "resume.sent": 10 },
        error: "15 records that were asked for are nowhere to be had",
      },
    ]);
  });

  test("because of the limit on the size of a replay", () => {
    const rig = hubRig({ traceRatio: 0, limits: { replayMaxRecords: 10 } });
    rig.produce(0, 30);
    rig.connect({ lastOffsetsByPartition: { "0": 9 } });
    expect(rig.spans).toMatchObject([
      { attributes: { "resume.outcome": "capped", "resume.missing": 10, "resume.sent": 10 } },
    ]);
  });

  test("because its cursor is of another log", async () => {
    const rig = hubRig({ traceRatio: 0, logEnds: new Map([[0, 5]]) });
    rig.produce(0, 5);
    rig.connect({ lastOffsetsByPartition: { "0": "199" } });
    await settled();
    expect(rig.spans).toMatchObject([
      {
        attributes: { "resume.stale_partitions": 1 },
        error: "the cursors of 1 partitions are of another log",
      },
    ]);
  });

  test("because it took nothing of its replay", () => {
    const rig = hubRig({ traceRatio: 0 });
    rig.produce(0, 500, 100);
    const client = rig.connect(null);
    client.stopReading();
    say(client, { type: "resume", from: "earliest" });
    rig.clock.advance(32_000);
    client.handler?.onClose(1008, "");
    expect(rig.spans).toMatchObject([
      {
        attributes: { "resume.outcome": "replay_timeout" },
        error: "the connection ended during the replay: replay_timeout",
      },
    ]);
  });

  test("of what an earlier resume of the connection missed, a later one is free", () => {
    const rig = hubRig({ traceRatio: 1, maxRecords: 10 });
    rig.produce(0, 30);
    const client = rig.connect({ lastOffsetsByPartition: { "0": 4 } });
    say(client, { type: "resume", lastOffsetsByPartition: { "0": 29 } });
    expect(rig.spans.map(({ attributes }) => attributes["resume.missing"])).toEqual([15, 0]);
  });
});

describe("a resume that is not finished", () => {
  const slow = (ratio: number) => {
    const rig = hubRig({ traceRatio: ratio });
    rig.produce(0, 300, 100);
    const client = rig.connect(null);
    client.stopReading();
    say(client, { type: "resume", from: "earliest" });
    return { rig, client };
  };

  test("because the client went is no error", () => {
    const { rig, client } = slow(1);
    client.handler?.onClose(1000, "");
    expect(rig.spans).toMatchObject([
      {
        attributes: { "resume.outcome": "client_closed", "resume.sent": client.records.length },
        error: null,
      },
    ]);
    expect(client.records.length).toBeGreaterThan(0);
    const quiet = slow(0);
    quiet.client.handler?.onClose(1000, "");
    expect(quiet.rig.spans).toEqual([]);
  });

  test("because the client asked for something else has a span, and so has the next", () => {
    const { rig, client } = slow(1);
    say(client, { type: "resume", from: "latest" });
    client.drain();
    expect(rig.spans.map(({ attributes }) => attributes["resume.outcome"])).toEqual([
      "superseded",
      "complete",
    ]);
  });
});
