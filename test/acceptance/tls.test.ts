// Reading a real Kafka over TLS, and what an unknown certificate looks like.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kafka, logLevel } from "kafkajs";
import { event } from "../server/pipeline-rig.ts";
import { startAppliance } from "../support/appliance.ts";
import { type RealKafka, startKafka } from "../support/kafka/start-kafka.ts";
import { describeReal } from "../support/real-components.ts";
import { connectStream } from "../support/stream-client.ts";

const TOPIC = "telemetry";

/** A self-signed certificate for 127.0.0.1 with its key, as PEM files. */
function makeCertificate(dir: string): { readonly certificate: string; readonly keystore: string } {
  const [key, certificate, keystore] = ["key.pem", "cert.pem", "store.pem"].map((name) => join(dir, name));
  const command = `openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 -keyout ${key} -out ${certificate}`;
  const { exitCode, stderr } = Bun.spawnSync(command.split(" "));
  if (exitCode !== 0 || !key || !certificate || !keystore) throw new Error(`openssl: ${stderr}`);
  writeFileSync(keystore, readFileSync(key, "utf8") + readFileSync(certificate, "utf8"));
  return { certificate, keystore };
}

describeReal(["kafka-3.9", "openssl"], "a Kafka that speaks TLS", () => {
  const dir = mkdtempSync(join(tmpdir(), "dashstream-tls-"));
  const { certificate, keystore } = makeCertificate(dir);
  let kafka: RealKafka;
  beforeAll(async () => {
    kafka = await startKafka({
      component: "kafka-3.9",
      props: {
        "listener.security.protocol.map": "PLAINTEXT:SSL,CONTROLLER:PLAINTEXT",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": keystore,
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": certificate,
      },
    });
    const admin = client().admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: 1 }] });
    await admin.disconnect();
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
    const env = { KAFKA_SECURITY_PROTOCOL: "ssl", KAFKA_SSL_CA_LOCATION: certificate };
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

  test("is not joined if its certificate is unknown: not ready, counted, and said in the log", async () => {
    const said = Promise.withResolvers<string>();
    const log = {
      debug() {},
      info() {},
      error() {},
      warn: (_: string, fields: object = {}) => {
        const error = String(Reflect.get(fields, "error"));
        if (/certificate/i.test(error)) said.resolve(error);
      },
      child: () => log,
    };
    const env = { KAFKA_SECURITY_PROTOCOL: "ssl" };
    const running = await startAppliance({ brokers: kafka.bootstrap, topic: TOPIC, env, log });
    expect(await said.promise).toMatch(/certificate/i);
    expect((await fetch(`${running.url}/readyz`)).status).toBe(503);
    await running.stop();
  }, 30_000);
});
