// The server killed (SIGKILL) again and again under load, in closed mode, on a real Kafka: every bad record has a dead
// letter, also those that were being handled at that moment, and every good one reached a client that resumes.
//
// DASHSTREAM_KILLS sets how often; the account is printed.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { connectStream } from "../../src/client/index.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { type ProgramRun, startProgram } from "../cli/process-rig.ts";
import { freePort } from "../support/free-port.ts";
import { type RealKafka, startKafka } from "../support/kafka/start-kafka.ts";
import { MixedTraffic, type Place } from "../support/mixed-traffic.ts";
import { describeRealEach } from "../support/real-components.ts";

const KILLS = Number(process.env.DASHSTREAM_KILLS ?? 3);
const BATCH = 200;
const PACE_MS = 50;
/** How long a server is a member of the group before it is killed: shorter and longer than the time between commits. */
const LIFE_MS = { min: 300, max: 7_000 };
const TIMEOUT_MS = 60_000 + KILLS * 40_000;

describeRealEach(["kafka-3.9", "kafka-4"], "a server that is killed again and again", (component) => {
  let kafka: RealKafka;
  beforeAll(async () => {
    kafka = await startKafka({ component });
  }, 60_000);
  afterAll(() => kafka.stop());

  test(
    "loses no dead letter and no good record",
    async () => {
      const random = seededRandom(7);
      const traffic = await MixedTraffic.open(kafka.bootstrap, "killed");
      const port = await freePort();
      const received = new Map<Place, number>();
      let wake = () => {};
      const client = connectStream({
        url: `ws://127.0.0.1:${port}/ws`,
        from: "earliest",
        onRecord: ({ partition, offset }) => {
          const place = `${partition}:${offset}`;
          received.set(place, (received.get(place) ?? 0) + 1);
          wake();
        },
      });
      let running = true;
      const producing = (async () => {
        while (running) {
          await traffic.produce(BATCH);
          await systemClock.sleep(PACE_MS);
        }
      })();

      let server = await serve(kafka, traffic.topic, port);
      for (let kill = 0; kill < KILLS; kill++) {
        await ready(port);
        // The moment of the kill is what is tried out; nothing is waited for.
        await systemClock.sleep(LIFE_MS.min + (LIFE_MS.max - LIFE_MS.min) * random.next());
        server.process.kill("SIGKILL");
        await server.ended();
        server = await serve(kafka, traffic.topic, port);
      }
      running = false;
      await producing;

      const { good, bad } = await traffic.places();
      while (received.size < good.size) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const missing = (letters: readonly Place[]) => {
        const written = new Set(letters);
        return [...bad].filter((place) => !written.has(place));
      };
      let letters = await traffic.letters();
      while (missing(letters).length > 0) letters = await traffic.letters();

      const account = {
        kills: KILLS,
        good: good.size,
        received: [...good].filter((place) => received.has(place)).length,
        receivedTwice: [...received.values()].filter((count) => count > 1).length,
        bad: bad.size,
        badWithLetter: bad.size - missing(letters).length,
        lettersTwice: letters.length - new Set(letters).size,
      };
      process.stdout.write(`${JSON.stringify(account)}\n`);
      expect(account).toMatchObject({
        received: good.size,
        receivedTwice: 0,
        badWithLetter: bad.size,
      });
      client.close();
      server.process.kill("SIGTERM");
      expect((await server.ended()).exitCode).toBe(0);
      await traffic.close();
    },
    TIMEOUT_MS,
  );
});

async function serve(kafka: RealKafka, topic: string, port: number): Promise<ProgramRun> {
  const server = startProgram(["serve"], {
    KAFKA_BROKERS: kafka.bootstrap,
    KAFKA_TOPIC: topic,
    KAFKA_GROUP_ID: topic,
    WEBSOCKET_PORT: String(port),
    DLQ_FAIL_CLOSED: "true",
    LOG_LEVEL: "info",
  });
  await server.lineWith("dashstream started");
  return server;
}

/** Resolves once the server is a member of the group. */
async function ready(port: number): Promise<void> {
  while ((await fetch(`http://127.0.0.1:${port}/readyz`)).status !== 200) await systemClock.sleep(50);
}
