// Reading a real Kafka over TLS, and what an unknown certificate looks like.

import { afterAll, beforeAll, describe, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kafka, logLevel } from "kafkajs";
import { makeCertificate } from "../support/certificate.ts";
import { type RealKafka, startKafka } from "../support/kafka/start-kafka.ts";
import { describeReal } from "../support/real-components.ts";
import { createTopic, expectRead, expectRefused } from "./secured-kafka.ts";

describe.each(["kafka-3.9", "kafka-4"] as const)("%s", (component) => {
  describeReal([component, "openssl"], "a Kafka that speaks TLS", () => {
    const dir = mkdtempSync(join(tmpdir(), "dashstream-tls-"));
    const { certificate, keystore } = makeCertificate(dir);
    let kafka: RealKafka;
    beforeAll(async () => {
      kafka = await startKafka({
        component,
        props: {
          "listener.security.protocol.map": "PLAINTEXT:SSL,CONTROLLER:PLAINTEXT",
          "ssl.keystore.type": "PEM",
          "ssl.keystore.location": keystore,
          "ssl.truststore.type": "PEM",
          "ssl.truststore.location": certificate,
        },
      });
      await createTopic(client());
    }, 60_000);
    afterAll(async () => {
      await kafka.stop();
      rmSync(dir, { recursive: true });
    });

    const client = () =>
      new Kafka({
        brokers: [kafka.bootstrap],
        ssl: { ca: readFileSync(certificate) },
        logLevel: logLevel.NOTHING,
      });

    test("is read if the authority of its certificate is given", async () => {
      await expectRead(client(), kafka.bootstrap, {
        KAFKA_SECURITY_PROTOCOL: "ssl",
        KAFKA_SSL_CA_LOCATION: certificate,
      });
    }, 30_000);

    test("is not joined if its certificate is unknown: not ready, counted, and said in the log", async () => {
      await expectRefused(kafka.bootstrap, { KAFKA_SECURITY_PROTOCOL: "ssl" }, /certificate/i);
    }, 30_000);
  });
});
