// What every secured Kafka has to show: it is read with the right credentials, by a group and in ranges, and not joined
// with wrong ones.

import { expect } from "bun:test";
import { readFileSync } from "node:fs";
import type { Kafka } from "kafkajs";
import { loadConfig } from "../../src/config/load.ts";
import { kafkaSettings } from "../../src/server/kafka-config.ts";
import type { Log } from "../../src/telemetry/log.ts";
import { event } from "../server/pipeline-rig.ts";
import { offsetsIn, readerOf } from "../stream/range-rig.ts";
import { startAppliance } from "../support/appliance.ts";
import { makeTopics } from "../support/make-topics.ts";
import { connectStream } from "../support/stream-client.ts";

const TOPIC = "telemetry";

export function createTopic(client: Kafka): Promise<void> {
  return makeTopics(client, { topic: TOPIC, numPartitions: 1 });
}

/** A record that `client` produces reaches a WebSocket client through an appliance with these settings. */
export async function expectRead(client: Kafka, brokers: string, env: Record<string, string>): Promise<void> {
  const running = await startAppliance({ brokers, topic: TOPIC, env });
  const received = Promise.withResolvers<number>();
  const stream = await connectStream(running.wsUrl, { onRecord: ({ offset }) => received.resolve(offset) });
  const producer = client.producer();
  await producer.connect();
  await producer.send({ topic: TOPIC, messages: [{ key: "a", value: event("a", 1) }] });
  expect(await received.promise).toBe(0);
  await producer.disconnect();
  stream.close();
  await running.stop();
  expect(await readRange(brokers, env)).toEqual([0]);
}

/** The first offsets of the topic, read without a group. */
export async function readRange(brokers: string, env: Record<string, string>): Promise<readonly number[]> {
  const { config } = loadConfig({
    env: { KAFKA_BROKERS: brokers, ...env },
    flags: {},
    readFile: (path) => readFileSync(path, "utf8"),
  });
  const reader = readerOf(brokers, { settings: kafkaSettings(config) });
  return await offsetsIn(reader.read(TOPIC, 0, 0, 1)).finally(() => reader.close());
}

/** With these settings the appliance is not ready, counts its attempts, and logs an error that matches. */
export async function expectRefused(
  brokers: string,
  env: Record<string, string>,
  error: RegExp,
): Promise<void> {
  const said = Promise.withResolvers<string>();
  const log: Log = {
    debug() {},
    info() {},
    error() {},
    warn(_, fields = {}) {
      const text = String(fields.error);
      if (error.test(text)) said.resolve(text);
    },
    child: () => log,
  };
  const running = await startAppliance({ brokers, topic: TOPIC, env, log });
  expect(await said.promise).toMatch(error);
  expect((await fetch(`${running.url}/readyz`)).status).toBe(503);
  const metrics = await (await fetch(`${running.url}/metrics`)).text();
  expect(metrics).not.toContain("websocket_infrastructure_errors_total 0\n");
  await running.stop();
}
