// Where a partition goes on after the client library, the group or the log changed under it.

import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Broker } from "../../sim/broker/broker.ts";
import { append, GROUP, Member, startBroker, TOPIC } from "./stream-rig.ts";

let broker: Broker;
let members: Member[];

beforeEach(async () => {
  broker = await startBroker();
  members = [];
});
afterEach(async () => {
  await Promise.all(members.map((member) => member.stop()));
  await broker.stop();
});

function started(): Member {
  const one = new Member(broker);
  members.push(one);
  one.consumer.start();
  return one;
}

test("a topic made anew while it is read is read from its start, as a new assignment", async () => {
  append(broker, 0, "a", "b", "c");
  const one = started();
  await one.received(3);
  broker.deleteTopic(TOPIC);
  broker.createTopic(TOPIC);
  append(broker, 0, "x");
  await one.received(4);
  append(broker, 0, "y");
  await one.received(5);
  expect(one.values).toEqual(["0:a", "0:b", "0:c", "0:x", "0:y"]);
  expect(one.revokedPartitions).toEqual([0]);
  expect(one.assignments[1]).toMatchObject({ startOffset: 0 });
}, 10_000);

test("a partition kept through a rebalance goes on where it is handled, though that was not committed", async () => {
  broker.deleteTopic(TOPIC);
  broker.createTopic(TOPIC, { partitions: 2 });
  const one = started();
  await one.reports.until(() => one.assignments.length === 2);
  const refused = broker.control("OffsetCommit", () => ({
    kind: "error",
    error: "COORDINATOR_LOAD_IN_PROGRESS",
  }));
  append(broker, 0, "a");
  append(broker, 1, "a");
  await one.received(2);
  const two = started();
  await two.reports.until(() => two.assignments.length === 1);
  const kept = two.assignments[0]?.partition === 0 ? 1 : 0;
  append(broker, kept, "b");
  await one.received(3);
  expect(one.values.filter((value) => value.startsWith(`${kept}:`))).toEqual([`${kept}:a`, `${kept}:b`]);
  expect(one.revokedPartitions).toEqual([1 - kept]);
  expect(one.assignments).toHaveLength(2);
  refused.remove();
}, 10_000);

test("records that retention deleted while the partition stood still are passed over, and the new start is said", async () => {
  broker.deleteTopic(TOPIC);
  broker.createTopic(TOPIC, { config: { "retention.bytes": "200", "segment.bytes": "100" } });
  append(broker, 0, "a");
  const one = started();
  await one.received(1);
  one.consumer.hold(0, "paused");
  for (const text of ["b", "c", "d", "e", "f"]) append(broker, 0, text);
  const logStart = broker.startOffsets(TOPIC)[0] ?? 0;
  expect(logStart).toBeGreaterThan(1);
  one.consumer.release(0, "paused", 1);
  await one.reports.until(() => one.values.includes("0:f"));
  expect(one.assignments[1]).toMatchObject({ startOffset: logStart, logStartOffset: logStart });
  expect(one.values).toEqual([
    "0:a",
    ...["b", "c", "d", "e", "f"].slice(logStart - 1).map((text) => `0:${text}`),
  ]);
});

test("control records at the end of the log are committed over and leave no lag", async () => {
  append(broker, 0, "a");
  const one = started();
  await one.received(1);
  const marker = { timestampMs: 0, key: Buffer.from([0, 0, 0, 1]), value: Buffer.from([0, 0, 0, 0, 0, 0]) };
  broker.append(TOPIC, 0, [marker], { control: true });
  append(broker, 0, "b");
  await one.received(2);
  broker.append(TOPIC, 0, [marker], { control: true });
  while (one.consumer.partitions.get(0)?.position !== 4)
    await new Promise((resolve) => setImmediate(resolve));
  members = [];
  await one.stop();
  expect(one.values).toEqual(["0:a", "0:b"]);
  expect(broker.committedOffsets(GROUP, TOPIC)).toEqual([4]);
});

test("records below the requested offset, which a compressed batch brings along, are not handed over twice", async () => {
  broker.append(
    TOPIC,
    0,
    ["a", "b", "c"].map((text) => ({ timestampMs: 0, key: null, value: Buffer.from(text) })),
    { codec: "lz4" },
  );
  const one = started();
  one.handle = async (batch) => {
    for (const record of batch.records) {
      one.values.push(String(record.value));
      batch.progress(Number(record.offset) + 1);
      if (one.values.length === 2) throw new Error("not further now");
    }
  };
  await one.received(3);
  expect(one.values).toEqual(["a", "b", "c"]);
});

test("a start by policy is committed at once, so that a restart before the first record changes nothing", async () => {
  append(broker, 0, "old");
  const one = new Member(broker, { reset: "latest" });
  one.consumer.start();
  await one.reports.until(() => one.assignments.length === 1);
  await one.stop();
  append(broker, 0, "meanwhile");
  const two = new Member(broker, { reset: "latest" });
  members.push(two);
  two.consumer.start();
  await two.received(1);
  expect(two.values).toEqual(["0:meanwhile"]);
});

test("a handler that keeps failing holds up its own partition only", async () => {
  broker.deleteTopic(TOPIC);
  broker.createTopic(TOPIC, { partitions: 2 });
  append(broker, 0, "bad");
  const one = started();
  const works = one.handle;
  let failures = 0;
  one.handle = (batch) => {
    if (batch.partition === 0) {
      failures++;
      return Promise.reject(new Error("not this one"));
    }
    return works(batch);
  };
  await one.reports.until(() => failures === 1);
  append(broker, 1, "a");
  await one.received(1);
  expect(one.values).toEqual(["1:a"]);
  await one.reports.until(() => failures === 2);
  expect(one.consumer.partitions.get(0)?.position).toBe(0);
});

test("a handler that returns before the end of its batch gets the rest again", async () => {
  append(broker, 0, "a", "b");
  const one = started();
  one.handle = async (batch) => {
    one.values.push(String(batch.records[0]?.value));
    batch.progress(Number(batch.records[0]?.offset) + 1);
  };
  await one.received(2);
  expect(one.values).toEqual(["a", "b"]);
});

test("a rebalance during a batch ends the batch early and is no failure of the handler", async () => {
  append(broker, 0, "a");
  let joins = 0;
  broker.control("JoinGroup", () => {
    joins++;
    return { kind: "pass" };
  });
  const one = started();
  let turns = 0;
  one.handle = async (batch) => {
    if (turns++ > 0) return batch.progress(1);
    while (!batch.cancelled()) {
      await batch.heartbeat();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await one.reports.until(() => one.assignments.length === 1);
  const joinsBefore = joins;
  broker.control("Heartbeat", () => ({ kind: "error", error: "REBALANCE_IN_PROGRESS" }), { times: 1 });
  await one.reports.until(() => turns === 2);
  expect(joins).toBeGreaterThan(joinsBefore);
  expect(one.consumer.partitions.get(0)?.failures).toBe(0);
  expect(one.logged).toEqual([]);
  expect(one.revokedPartitions).toEqual([]);
});

test("a partition that is not held is not moved, and one that is never goes back", async () => {
  append(broker, 0, "a", "b");
  const one = started();
  await one.received(2);
  one.consumer.release(0, "dead_letters", 0);
  one.consumer.hold(0, "dead_letters");
  one.consumer.release(0, "paused", 9);
  expect(one.consumer.partitions.get(0)?.position).toBe(2);
  one.consumer.release(0, "dead_letters", 1);
  append(broker, 0, "c");
  await one.received(3);
  expect(one.values).toEqual(["0:a", "0:b", "0:c"]);
});
