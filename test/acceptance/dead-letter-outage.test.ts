// A real Kafka whose dead-letter topic refuses writes for a while, under 5 % bad records. Open mode loses exactly the
// letters that its counters say, and the stream goes on; closed mode loses none, its partitions wait and catch up.
//
// DASHSTREAM_OUTAGE_SECONDS makes the refusal last longer than the conditions need, and prints the account.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { systemClock } from "../../src/runtime/clock.ts";
import { type RunningAppliance, startAppliance } from "../support/appliance.ts";
import { type RealKafka, startKafka } from "../support/kafka/start-kafka.ts";
import { MixedTraffic, PARTITIONS } from "../support/mixed-traffic.ts";
import { describeRealEach } from "../support/real-components.ts";

const BATCH = 200;
const BATCHES_BEFORE_AND_AFTER = 5;
const BATCHES_DURING = 10;
/** Of the long form: 1,000 records/s. */
const PACE_MS = 200;
const TIMEOUT_MS = 300_000;
const outageMs = Number(process.env.DASHSTREAM_OUTAGE_SECONDS ?? 0) * 1000;

interface Account {
  readonly records: number;
  readonly bad: number;
  /** Bad records without a dead letter at the end. */
  readonly lost: number;
  /** Failed attempts as `/health` counts them. */
  readonly failures: number;
  /** Largest lag over all partitions seen while the topic refused writes, and the lag at the end. */
  readonly lagDuring: number;
  readonly lagAfter: number;
  readonly seconds: number;
}

describeRealEach(["kafka-3.9", "kafka-4"], "while the dead-letter topic refuses writes", (component) => {
  let kafka: RealKafka;
  beforeAll(async () => {
    kafka = await startKafka({ component });
  }, 60_000);
  afterAll(() => kafka.stop());

  test(
    "open mode loses the letters it counts, and the stream goes on",
    async () => {
      const account = await outage("open");
      expect(account.lost).toBeGreaterThan(0);
      expect(account.failures).toBe(account.lost);
      expect(account.lagAfter).toBe(0);
    },
    TIMEOUT_MS,
  );

  test(
    "closed mode loses none; its partitions wait, and catch up afterwards",
    async () => {
      const account = await outage("closed");
      expect(account.lost).toBe(0);
      expect(account.failures).toBeGreaterThan(PARTITIONS);
      expect(account.lagDuring).toBeGreaterThan(BATCH);
      expect(account.lagAfter).toBe(0);
    },
    TIMEOUT_MS,
  );

  async function outage(mode: "open" | "closed"): Promise<Account> {
    const startedMs = performance.now();
    const traffic = await MixedTraffic.open(kafka.bootstrap, `outage-${mode}`);
    const running = await startAppliance({
      brokers: kafka.bootstrap,
      topic: traffic.topic,
      env: {
        KAFKA_GROUP_ID: traffic.topic,
        DLQ_FAIL_CLOSED: String(mode === "closed"),
        KAFKA_LAG_CHECK_INTERVAL_SECS: "1",
      },
    });
    const produced = async (batches: number) => {
      for (let i = 0; i < batches; i++) await traffic.produce(BATCH);
    };
    await produced(BATCHES_BEFORE_AND_AFTER);
    await running.appliance.handledUpTo(await traffic.endOffsets());

    await traffic.refuseDeadLetters(true);
    const untilMs = performance.now() + outageMs;
    let lagDuring = 0;
    for (let batch = 0; batch < BATCHES_DURING || performance.now() < untilMs; batch++) {
      await traffic.produce(BATCH);
      lagDuring = Math.max(lagDuring, await largestLag(running));
      if (outageMs > 0) await systemClock.sleep(PACE_MS);
    }
    // What the mode makes of it shows before the topic takes writes again.
    if (mode === "open") await running.appliance.handledUpTo(await traffic.endOffsets());
    else {
      await waiting(running, PARTITIONS);
      await produced(BATCHES_DURING);
      while (lagDuring <= BATCH) lagDuring = await largestLag(running);
    }
    await traffic.refuseDeadLetters(false);

    await produced(BATCHES_BEFORE_AND_AFTER);
    await running.appliance.handledUpTo(await traffic.endOffsets());
    const { good, bad } = await traffic.places();
    const letters = new Set(await traffic.letters());
    const account = {
      records: good.size + bad.size,
      bad: bad.size,
      lost: [...bad].filter((place) => !letters.has(place)).length,
      failures: await failures(running),
      lagDuring,
      lagAfter: await lagOnceIdle(running),
      seconds: Math.round((performance.now() - startedMs) / 1000),
    };
    if (outageMs > 0) process.stdout.write(`${mode}: ${JSON.stringify(account)}\n`);
    await running.stop();
    await traffic.close();
    return account;
  }
});

async function largestLag({ url }: RunningAppliance): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const lags = [...metrics.matchAll(/^websocket_kafka_consumer_lag\{[^}]*\} (\d+)$/gm)];
  return Math.max(0, ...lags.map(([, lag]) => Number(lag)));
}

/** The largest lag after the partitions that waited have moved on. */
async function lagOnceIdle(running: RunningAppliance): Promise<number> {
  await waiting(running, 0);
  let lag = await largestLag(running);
  while (lag > 0) lag = await largestLag(running);
  return lag;
}

/** Resolves when so many partitions wait for their dead letters. */
async function waiting({ url }: RunningAppliance, partitions: number): Promise<void> {
  for (;;) {
    const { dlq_health } = await (await fetch(`${url}/health`)).json();
    if (dlq_health.waiting_partitions.length === partitions) return;
  }
}

async function failures({ url }: RunningAppliance): Promise<number> {
  const { dlq_health } = await (await fetch(`${url}/health`)).json();
  const counts: number[] = Object.values(dlq_health.failures_by_reason);
  return counts.reduce((sum, count) => sum + count, 0);
}
