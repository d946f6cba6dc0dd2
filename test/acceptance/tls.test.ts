// Reading a real Kafka over TLS, and what an unknown certificate looks like.

import { afterAll, beforeAll, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kafka, logLevel } from "kafkajs";
import { type RealKafka, startKafka } from "../support/kafka/start-kafka.ts";
import { describeReal } from "../support/real-components.ts";
import { createTopic, expectRead, expectRefused } from "./secured-kafka.ts";

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
