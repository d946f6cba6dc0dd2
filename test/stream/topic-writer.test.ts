// The writer's connections: what was given up is not written later, and nothing is left open.

import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Broker } from "../../sim/broker/broker.ts";
import type { Network } from "../../src/runtime/network.ts";
import { systemNetwork } from "../../src/runtime/network.ts";
import { systemSeams } from "../../src/stream/seams.ts";
import { TopicWriter } from "../../src/stream/topic-writer.ts";
import { countingNetwork } from "../support/counting-network.ts";
import { settingsOf, startBroker, TOPIC } from "./stream-rig.ts";

const RECORD = { key: Buffer.from("k"), value: Buffer.from("v") };

let broker: Broker;

beforeEach(async () => {
  broker = await startBroker(3);
});
afterEach(async () => {
  await broker.stop();
});

function open(network: Network = systemNetwork): TopicWriter {
  return new TopicWriter({
    ...systemSeams(),
    network,
    settings: settingsOf(broker),
    topic: TOPIC,
    sendTimeoutMs: 1_000,
  });
}

const written = () => broker.endOffsets(TOPIC).reduce((sum, end) => sum + end, 0);

test("a record that was given up before there was a connection is not written when there is one", async () => {
  const connecting = Promise.withResolvers<void>();
  const firstEnded = Promise.withResolvers<void>();
  let dials = 0;
  const network: Network = {
    ...systemNetwork,
    listen: systemNetwork.listen,
    dial(target, onConnect) {
      if (++dials > 1) return systemNetwork.dial(target, onConnect);
      const socket = systemNetwork.dial(target, () => void connecting.promise.then(onConnect));
      socket.once("close", () => firstEnded.resolve());
      return socket;
    },
  };
  const writer = open(network);
  const first = writer.send([RECORD]);
  first.done.catch(() => {});
  first.abandon();
  await writer.send([RECORD]).done;
  connecting.resolve();
  await firstEnded.promise;
  expect(written()).toBe(1);
  writer.close();
});

test("others on the connection keep it until they have their answer", async () => {
  const writer = open();
  await writer.send([RECORD]).done;
  const reached = Promise.withResolvers<void>();
  broker.control(
    "Produce",
    () => {
      queueMicrotask(reached.resolve);
      return { kind: "delay", delayMs: 50 };
    },
    { times: 1 },
  );
  const [slow, other] = [writer.send([RECORD]), writer.send([RECORD])];
  slow.done.catch(() => {});
  await reached.promise;
  slow.abandon();
  await other.done;
  expect(written()).toBe(3);
  writer.close();
});

test("a writer that is closed sends nothing and opens nothing", async () => {
  const network = countingNetwork();
  const writer = open(network);
  writer.close();
  expect(writer.closed).toBe(true);
  expect(await writer.send([RECORD]).done.catch((error) => error.code)).toBe("aborted");
  expect(network.openSockets).toBe(0);
});

test("where a record goes is known once Kafka was asked, as Java's producers would have it", async () => {
  const writer = open();
  expect(writer.partitionOf(RECORD)).toBeNull();
  await writer.send([RECORD]).done;
  const partition = broker.endOffsets(TOPIC).indexOf(1);
  expect(writer.partitionOf(RECORD)).toBe(partition);
  expect(writer.partitionOf({ ...RECORD, partition: 2 })).toBe(2);
  expect(writer.partitionOf({ ...RECORD, key: null })).toBeNull();
  writer.close();
});
