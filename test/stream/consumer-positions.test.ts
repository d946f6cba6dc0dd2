import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Broker } from "../../sim/broker/broker.ts";
import { append, Member, startBroker, TOPIC } from "./stream-rig.ts";

let broker: Broker;
let one: Member;

beforeEach(async () => {
  broker = await startBroker();
  one = new Member(broker);
});
afterEach(async () => {
  await one.stop();
  await broker.stop();
});

test("a topic made anew while it is read is read from its start, as a new assignment", async () => {
  append(broker, 0, "a", "b", "c");
  one.consumer.start();
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
