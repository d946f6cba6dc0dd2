// Three servers under KAFKA_GROUP_MODE=per-replica on a real Kafka and one Redis, under load with bad records. In quiet operation each
// bad record has one dead letter; while servers are killed (SIGKILL), stopped, started again and joined by new ones, each
// has at least one, and clients that go from one server to another get every good record once.
//
// DASHSTREAM_KILLS sets how often a server ends; the account is printed.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { systemClock } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { type ProgramRun, startProgram } from "../cli/process-rig.ts";
import { CountingClient } from "../server/replica/replica-rig.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { type RealKafka, startKafka } from "../support/kafka/start-kafka.ts";
import { MixedTraffic, PARTITIONS, type Place } from "../support/mixed-traffic.ts";
import { describeRealEach, requireReal } from "../support/real-components.ts";
import { type RealRedis, startRedis } from "../support/redis/start-redis.ts";

const ENDS = Number(process.env.DASHSTREAM_KILLS ?? 4);
const BATCH = 200;
const PACE_MS = 100;
/** How long all servers run before one ends: shorter and longer than the time between commits. */
const LIFE_MS = { min: 300, max: 6_000 };
const QUIET_BATCHES = 20;
const TIMEOUT_MS = 90_000 + ENDS * 40_000;

interface Replica {
  readonly name: string;
  readonly url: string;
  readonly wsUrl: string;
  readonly run: ProgramRun;
}

describeRealEach(["kafka-3.9", "kafka-4"], "three servers that each read everything", (component) => {
  let kafka: RealKafka;
  /** Shared by all servers, where there is one. */
  let redis: RealRedis | null = null;
  beforeAll(async () => {
    if (requireReal("redis-server").available) redis = await startRedis();
    kafka = await startKafka({ component });
  }, 60_000);
  afterAll(async () => {
    await Promise.all([kafka.stop(), redis?.stop()]);
  });

  async function serve(topic: string, name: string): Promise<Replica> {
    const port = await freePort();
    const run = startProgram(["serve"], {
      KAFKA_BROKERS: kafka.bootstrap,
      KAFKA_TOPIC: topic,
      KAFKA_GROUP_ID: topic,
      KAFKA_GROUP_MODE: "per-replica",
      INSTANCE_ID: name,
      WEBSOCKET_PORT: String(port),
      LOG_LEVEL: "warn",
      REPLAY_BUFFER_MEMORY_SIZE: "500",
      ...(redis ? { REDIS_URL: `redis://${redis.host}:${redis.port}` } : {}),
    });
    const url = `http://127.0.0.1:${port}`;
    const ready = () =>
      fetch(`${url}/readyz`).then(
        ({ status }) => status === 200,
        () => false,
      );
    await eventually(ready);
    return { name, url, wsUrl: `ws://127.0.0.1:${port}/ws`, run };
  }

  async function end({ run }: Replica, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    run.process.kill(signal);
    const { exitCode } = await run.ended();
    if (signal === "SIGTERM") expect(exitCode).toBe(0);
  }

  function clientsOf(replicas: readonly Replica[]): readonly CountingClient[] {
    return replicas.map((replica) => {
      const client = new CountingClient();
      client.connect(replica);
      return client;
    });
  }

  async function gotAll(clients: readonly CountingClient[], good: ReadonlySet<Place>): Promise<void> {
    await eventually(() => clients.every(({ received }) => received.size >= good.size));
    for (const client of clients) {
      expect(client.places).toEqual([...good].sort());
      expect(client.twice).toEqual([]);
      expect(client.gaps).toEqual([]);
      client.close();
    }
  }

  test(
    "write one dead letter for each bad record in quiet operation, and all deliver all good ones",
    async () => {
      const traffic = await MixedTraffic.open(kafka.bootstrap, "quiet");
      const replicas = await Promise.all(["a", "b", "c"].map((name) => serve(traffic.topic, name)));
      await oneWriterEach(replicas);
      const clients = clientsOf(replicas);
      for (let batch = 0; batch < QUIET_BATCHES; batch++) await traffic.produce(BATCH);
      const { good, bad } = await traffic.places();
      await gotAll(clients, good);
      await eventually(async () => (await traffic.letters()).length >= bad.size);
      await Promise.all(replicas.map((replica) => end(replica, "SIGTERM")));
      expect([...(await traffic.letters())].sort()).toEqual([...bad].sort());
      await traffic.close();
    },
    TIMEOUT_MS,
  );

  test(
    "lose no dead letter and no record while servers are killed, stopped, started again and added",
    async () => {
      const random = seededRandom(11);
      const traffic = await MixedTraffic.open(kafka.bootstrap, "changing");
      const replicas = await Promise.all(["a", "b", "c"].map((name) => serve(traffic.topic, name)));
      const clients = clientsOf(replicas);
      let running = true;
      const producing = (async () => {
        while (running) {
          await traffic.produce(BATCH);
          await systemClock.sleep(PACE_MS);
        }
      })();
      for (let round = 0; round < ENDS; round++) {
        // The moment is what is tried out; nothing is waited for.
        await systemClock.sleep(LIFE_MS.min + (LIFE_MS.max - LIFE_MS.min) * random.next());
        const leaving = replicas.shift();
        if (!leaving) throw new Error("no server is running");
        await end(leaving, round % 2 === 0 ? "SIGKILL" : "SIGTERM");
        for (const [index, client] of clients.entries()) {
          client.connect(replicas[(round + index) % replicas.length] ?? leaving);
        }
        // Every third time a server that was never there before takes the place.
        const name = round % 3 === 2 ? `new-${round}` : leaving.name;
        const arriving = await serve(traffic.topic, name);
        replicas.push(arriving);
        clients[round % clients.length]?.connect(arriving);
      }
      running = false;
      await producing;

      const { good, bad } = await traffic.places();
      const missing = (letters: readonly Place[]) => {
        const written = new Set(letters);
        return [...bad].filter((place) => !written.has(place));
      };
      let letters = await traffic.letters();
      while (missing(letters).length > 0) letters = await traffic.letters();
      await eventually(() => clients.every(({ received }) => received.size >= good.size));
      const account = {
        ends: ENDS,
        good: good.size,
        bad: bad.size,
        lettersTwice: letters.length - new Set(letters).size,
      };
      process.stdout.write(`${JSON.stringify(account)}\n`);
      await gotAll(clients, good);
      await Promise.all(replicas.map((replica) => end(replica, "SIGTERM")));
      await traffic.close();
    },
    TIMEOUT_MS,
  );
});

/** Resolves when each partition has one writer among these servers, and all of them are in the group of all. */
async function oneWriterEach(replicas: readonly Replica[]): Promise<void> {
  await eventually(async () => {
    const writers = await Promise.all(
      replicas.map(async ({ url }) => (await (await fetch(`${url}/health`)).json()).writer),
    );
    const partitions: number[] = writers.flatMap((writer) => writer.partitions);
    return writers.every(({ joined }) => joined) && partitions.length === PARTITIONS;
  });
}
