// Logging in to a real Kafka with a password, and what a wrong one looks like.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { Kafka, logLevel, type SASLOptions } from "kafkajs";
import { type RealKafka, startKafka } from "../support/kafka/start-kafka.ts";
import { describeRealEach } from "../support/real-components.ts";
import { createTopic, expectRead, expectRefused, readRange } from "./secured-kafka.ts";

const LOGIN = {
  KAFKA_SECURITY_PROTOCOL: "sasl_plaintext",
  KAFKA_SASL_MECHANISM: "PLAIN",
  KAFKA_SASL_USERNAME: "admin",
};
const SASL: SASLOptions = { mechanism: "plain", username: "admin", password: "right" };

describeRealEach(["kafka-3.9", "kafka-4"], "a Kafka that wants a login", (component) => {
  let kafka: RealKafka;
  beforeAll(async () => {
    kafka = await startKafka({
      component,
      props: {
        "listener.security.protocol.map": "PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
        "sasl.enabled.mechanisms": "PLAIN",
        "sasl.mechanism.inter.broker.protocol": "PLAIN",
        "listener.name.plaintext.plain.sasl.jaas.config":
          'org.apache.kafka.common.security.plain.PlainLoginModule required username="admin" password="right" user_admin="right";',
      },
    });
    await createTopic(client());
  }, 60_000);
  afterAll(() => kafka.stop());

  const client = () => new Kafka({ brokers: [kafka.bootstrap], sasl: SASL, logLevel: logLevel.NOTHING });

  test("is read with the right password", async () => {
    await expectRead(client(), kafka.bootstrap, { ...LOGIN, KAFKA_SASL_PASSWORD: "right" });
  }, 30_000);

  test("gives a reader with a wrong one an error at once", async () => {
    const wrong = { ...LOGIN, KAFKA_SASL_PASSWORD: "wrong" };
    await expect(readRange(kafka.bootstrap, wrong)).rejects.toMatchObject({
      code: "kafka_request_failed",
      cause: { message: expect.stringMatching(/authentication/i) },
    });
  }, 30_000);

  test("is not joined with a wrong one: not ready, counted, and said in the log", async () => {
    await expectRefused(kafka.bootstrap, { ...LOGIN, KAFKA_SASL_PASSWORD: "wrong" }, /authentication/i);
  }, 30_000);
});
