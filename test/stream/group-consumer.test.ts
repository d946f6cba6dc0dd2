import { afterEach, beforeEach, describe, expect, test } from "bun:test";
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

function member(options: ConstructorParameters<typeof Member>[1] = {}): Member {
  const one = new Member(broker, options);
  members.push(one);
  return one;
}

function started(options: ConstructorParameters<typeof Member>[1] = {}): Member {
  const one = member(options);
  one.consumer.start();
  return one;
}

/** Stops a member as part of the test. */
async function stopped(one: Member): Promise<void> {
  members = members.filter((other) => other !== one);
  await one.stop();
}

describe("reading", () => {
  test("hands records over in order, after saying where the partition starts", async () => {
    append(broker, 0, "a", "b");
    const one = started();
    one.handle = async (batch) => {
      expect(one.assignments).toEqual([{ partition: 0, startOffset: 0, logStartOffset: 0, logEndOffset: 2 }]);
      one.keep(batch);
      batch.progress(Number(batch.records.at(-1)?.offset) + 1);
    };
    await one.received(2);
    append(broker, 0, "c");
    await one.received(3);
    expect(one.values).toEqual(["0:a", "0:b", "0:c"]);
    expect(one.consumer.joined).toBe(true);
    expect(one.consumer.downSeconds()).toBeNull();
  });

  test("a group without offsets starts at the end if the policy says latest", async () => {
    append(broker, 0, "old");
    const one = started({ reset: "latest" });
    await one.reports.until(() => one.assignments.length > 0);
    append(broker, 0, "new");
    await one.received(1);
    expect(one.assignments[0]).toMatchObject({ startOffset: 1, logEndOffset: 1 });
    expect(one.values).toEqual(["0:new"]);
  });

  test("waits for a topic that does not exist yet, and never creates it", async () => {
    broker.deleteTopic(TOPIC);
    const one = started();
    await new Promise((resolve) => setImmediate(resolve));
    expect(() => broker.endOffsets(TOPIC)).toThrow();
    broker.createTopic(TOPIC);
    append(broker, 0, "a");
    await one.received(1);
    expect(one.errors).toEqual([]);
  });
});

describe("commits", () => {
  test("at the end name the next offset, so that nothing is read twice", async () => {
    append(broker, 0, "a", "b");
    const one = started();
    await one.received(2);
    await stopped(one);
    expect(broker.committedOffsets(GROUP, TOPIC)).toEqual([2]);
    append(broker, 0, "c");
    const two = started();
    await two.received(1);
    expect(two.values).toEqual(["0:c"]);
    expect(two.assignments[0]?.startOffset).toBe(2);
  });

  test("never pass what the handler has not finished", async () => {
    append(broker, 0, "a", "b", "c");
    const one = started();
    one.handle = async (batch) => {
      one.keep(batch);
      batch.progress(Number(batch.records[0]?.offset) + 1);
      one.reports.changed();
      await one.reports.until(batch.cancelled);
    };
    await one.reports.until(() => one.consumer.partitions.get(0)?.position === 1);
    const stopping = stopped(one);
    one.reports.changed();
    await stopping;
    expect(broker.committedOffsets(GROUP, TOPIC)).toEqual([1]);
  });

  test("happen after what must come before them", async () => {
    append(broker, 0, "a");
    const one = started();
    await one.received(1);
    const seen: (readonly number[])[] = [];
    members = [];
    await one.consumer.stop(async () => {
      seen.push(broker.committedOffsets(GROUP, TOPIC));
    });
    await one.admin.close();
    expect(seen).toEqual([[0]]);
    expect(broker.committedOffsets(GROUP, TOPIC)).toEqual([1]);
  });
});

test("stopping before the membership is there ends at once", async () => {
  const rule = broker.control("JoinGroup", () => ({ kind: "hang" }));
  const one = started();
  while (rule.hits === 0) await new Promise((resolve) => setImmediate(resolve));
  await stopped(one);
  expect(one.values).toEqual([]);
});

describe("trouble", () => {
  test("a handler that fails gets the same records again", async () => {
    append(broker, 0, "a");
    const one = started();
    let failures = 0;
    one.handle = async (batch) => {
      if (failures++ === 0) throw new Error("not now");
      one.keep(batch);
      batch.progress(Number(batch.records.at(-1)?.offset) + 1);
    };
    await one.received(1);
    expect(failures).toBe(2);
    expect(one.values).toEqual(["0:a"]);
  });

  test("a broker that goes and comes back is counted as down and read on from, nothing lost", async () => {
    append(broker, 0, "a");
    const one = started();
    await one.received(1);
    await broker.down();
    await one.reports.until(() => one.errors.filter((type) => type === "broker_down").length >= 3);
    expect(one.consumer.joined).toBe(false);
    expect(one.consumer.downSeconds()).toBeGreaterThanOrEqual(0);
    await broker.up();
    append(broker, 0, "b");
    await one.received(2);
    expect(one.values).toEqual(["0:a", "0:b"]);
    expect(one.consumer.joined).toBe(true);
  }, 20_000);

  test("a broker that is down at the start is waited for", async () => {
    await broker.down();
    const one = started();
    await one.reports.until(() => one.errors.length >= 2);
    expect(new Set(one.errors)).toEqual(new Set(["broker_down"]));
    await broker.up();
    append(broker, 0, "a");
    await one.received(1);
  }, 20_000);

  test("an error that makes the client library give up leads to a new start", async () => {
    append(broker, 0, "a");
    const one = started();
    await one.received(1);
    broker.control("Fetch", () => ({ kind: "error", error: "TOPIC_AUTHORIZATION_FAILED" }), { times: 1 });
    await one.reports.until(() => one.revokedPartitions.length === 1);
    append(broker, 0, "b");
    await one.reports.until(() => one.values.includes("0:b"));
    expect(one.errors.length).toBeGreaterThanOrEqual(1);
  }, 20_000);
});

describe("partitions", () => {
  test("are shared by two members and come back when one leaves, with where to go on", async () => {
    broker.deleteTopic(TOPIC);
    broker.createTopic(TOPIC, { partitions: 2 });
    const one = started();
    await one.reports.until(() => one.assignments.length === 2);
    const two = started();
    await two.reports.until(() => two.assignments.length === 1);
    await one.reports.until(() => one.revokedPartitions.length === 1);
    const moved = two.assignments[0]?.partition ?? -1;
    expect(one.revokedPartitions).toEqual([moved]);
    append(broker, moved, "x");
    await two.received(1);
    await stopped(two);
    await one.reports.until(() => one.assignments.length === 3);
    expect(one.assignments[2]).toMatchObject({ partition: moved, startOffset: 1 });
    append(broker, moved, "y");
    await one.received(1);
    expect(one.values).toEqual([`${moved}:y`]);
  }, 20_000);

  test("one that was held when it went away is read when it comes back, though nobody releases it", async () => {
    broker.deleteTopic(TOPIC);
    broker.createTopic(TOPIC, { partitions: 2 });
    const one = started();
    await one.reports.until(() => one.assignments.length === 2);
    for (const partition of [0, 1]) one.consumer.hold(partition, "dead_letters");
    const two = started();
    await two.reports.until(() => two.assignments.length === 1);
    const moved = two.assignments[0]?.partition ?? -1;
    await stopped(two);
    await one.reports.until(() => one.assignments.length === 3);
    append(broker, moved, "x");
    await one.received(1);
    expect(one.values).toEqual([`${moved}:x`]);
    expect(one.consumer.partitions.get(1 - moved)?.holds.has("dead_letters")).toBe(true);
  });

  test("a paused one stands still while the membership goes on, until it is resumed behind its bad record", async () => {
    append(broker, 0, "a", "bad", "c");
    const one = started();
    one.handle = async (batch) => {
      for (const record of batch.records) {
        if (String(record.value) === "bad") return one.consumer.hold(0, "paused");
        one.values.push(String(record.value));
        batch.progress(Number(record.offset) + 1);
      }
    };
    await one.received(1);
    await one.reports.until(() => one.consumer.partitions.get(0)?.holds.has("paused") ?? false);
    one.consumer.release(0, "paused", 2);
    await one.received(2);
    expect(one.values).toEqual(["a", "c"]);
  });
});
