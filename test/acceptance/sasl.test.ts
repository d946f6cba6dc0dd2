// Logging in to a real Kafka with a password, and what a wrong one looks like.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { Kafka, logLevel, type SASLOptions } from "kafkajs";
import { event } from "../server/pipeline-rig.ts";
import { startAppliance } from "../support/appliance.ts";
import { type RealKafka, startKafka } from "../support/kafka/start-kafka.ts";
import { describeReal } from "../support/real-components.ts";
import { connectStream } from "../support/stream-client.ts";

const TOPIC = "telemetry";
const LOGIN = {
  KAFKA_SECURITY_PROTOCOL: "sasl_plaintext",
  KAFKA_SASL_MECHANISM: "PLAIN",
  KAFKA_SASL_USERNAME: "admin",
};
const SASL: SASLOptions = { mechanism: "plain", username: "admin", password: "right" };

describeReal("kafka-3.9", "a Kafka that wants a login", () => {
  let kafka: RealKafka;
  beforeAll(async () => {
    kafka = await startKafka({
      component: "kafka-3.9",
      props: {
        "listener.security.protocol.map": "PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
        "sasl.enabled.mechanisms": "PLAIN",
        "sasl.mechanism.inter.broker.protocol": "PLAIN",
        "listener.name.plaintext.plain.sasl.jaas.config":
          'org.apache.kafka.common.security.plain.PlainLoginModule required username="admin" password="right" user_admin="right";',
      },
    });
    const admin = client().admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: 1 }] });
    await admin.disconnect();
  }, 60_000);
  afterAll(() => kafka.stop());

  const client = () => new Kafka({ brokers: [kafka.bootstrap], sasl: SASL, logLevel: logLevel.NOTHING });

  test("is read with the right password", async () => {
    const env = { ...LOGIN, KAFKA_SASL_PASSWORD: "right" };
    const running = await startAppliance({ brokers: kafka.bootstrap, topic: TOPIC, env });
    const received = Promise.withResolvers<number>();
    const stream = await connectStream(running.wsUrl, { onRecord: ({ offset }) => received.resolve(offset) });
    const producer = client().producer();
    await producer.connect();
    await producer.send({ topic: TOPIC, messages: [{ key: "a", value: event("a", 1) }] });
    expect(await received.promise).toBe(0);
    await producer.disconnect();
    stream.close();
    await running.stop();
  }, 30_000);

  test("is not joined with a wrong one: not ready, counted, and said in the log", async () => {
    const said = Promise.withResolvers<string>();
    const log = {
      debug() {},
      info() {},
      error() {},
      warn: (_: string, fields: object = {}) => {
        const error = String(Reflect.get(fields, "error"));
        if (/authentication/i.test(error)) said.resolve(error);
      },
      child: () => log,
    };
    const env = { ...LOGIN, KAFKA_SASL_PASSWORD: "wrong" };
    const running = await startAppliance({ brokers: kafka.bootstrap, topic: TOPIC, env, log });
    expect(await said.promise).toMatch(/authentication/i);
    expect((await fetch(`${running.url}/readyz`)).status).toBe(503);
    const metrics = await (await fetch(`${running.url}/metrics`)).text();
    expect(metrics).not.toContain("websocket_infrastructure_errors_total 0\n");
    await running.stop();
  }, 30_000);
});
