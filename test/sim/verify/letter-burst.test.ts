// A burst of bad records in open mode, in virtual time: what Kafka takes in time is not a matter of how busy the
// machine is.

import { expect, test } from "bun:test";
import { type Broker, createBroker } from "../../../sim/broker/broker.ts";
import { runVirtual } from "../../../sim/verify/virtual-world.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { Appliance } from "../../../src/server/appliance.ts";
import { silentLog } from "../../../src/telemetry/log.ts";
import { event } from "../../server/pipeline-rig.ts";

const TOPIC = "telemetry";
const DLQ = `${TOPIC}-dlq`;
const BURST = 5_000;
const START_MS = Date.UTC(2026, 0, 1);

interface Account {
  /** Virtual milliseconds from the arrival of the records until all were handled. */
  readonly tookMs: number;
  readonly sends: number;
  readonly dropped: number;
}

/** Handles bursts of bad records with a good one before each; `prepare` may break the broker before. */
function burst(prepare: (broker: Broker) => void, partitions = 1): Promise<Account> {
  return runVirtual({ seed: 1, startMs: START_MS }, async (world) => {
    const { clock, random, network, http } = world;
    const broker = createBroker({ network, clock, random });
    await broker.start();
    broker.createTopic(TOPIC, { partitions });
    broker.createTopic(DLQ);
    const { config } = loadConfig({
      env: {
        KAFKA_BROKERS: broker.bootstrap,
        KAFKA_TOPIC: TOPIC,
        WEBSOCKET_PORT: "0",
        EXPECTED_SCHEMAS_PATH: "/nonexistent/expected-schemas.json",
        DLQ_SEND_TIMEOUT_SECS: "60",
      },
      flags: {},
      readFile: () => "",
    });
    const build = { version: "0", gitSha: "0", buildDate: "0", runtime: "virtual" };
    const appliance = new Appliance({
      config,
      clock,
      random,
      network,
      log: silentLog,
      serve: http.serve,
      build,
    });
    await appliance.start();
    await world.advance(10_000);
    prepare(broker);
    const values = [event("a", 1), ...Array.from({ length: BURST }, () => Buffer.from("bad"))];
    const ends = new Map(broker.endOffsets(TOPIC).map((_, partition) => [partition, values.length]));
    const records = values.map((value) => ({ timestampMs: clock.nowMs(), key: null, value }));
    for (const partition of ends.keys()) broker.append(TOPIC, partition, records);
    const arrivedMs = clock.monotonicMs();
    await world.outcome(appliance.pipeline.handledUpTo(ends));
    const tookMs = clock.monotonicMs() - arrivedMs;
    await world.advance(1_000);
    const report = await world.outcome(http.request(`http://127.0.0.1:${appliance.address.port}/health`));
    const { dlq_health } = await world.outcome(report.json());
    await world.outcome(appliance.stop());
    await world.outcome(broker.stop());
    return { tookMs, sends: dlq_health.sends, dropped: dlq_health.failures_by_reason.backpressure };
  });
}

test("loses no letter while Kafka takes them", async () => {
  expect(await burst(() => {})).toMatchObject({ sends: BURST, dropped: 0 });
});

test("loses none of several partitions either, where one burst is followed at once by the next", async () => {
  const slow = (broker: Broker) =>
    void broker.control("Produce", () => ({ kind: "delay", delayMs: 5 }), { topic: DLQ });
  expect(await burst(slow, 3)).toMatchObject({ sends: 3 * BURST, dropped: 0 });
}, 60_000);

test("waits once for a Kafka that takes none, and then goes on without the letters that have no room", async () => {
  const account = await burst((broker) =>
    broker.control("Produce", () => ({ kind: "hang" }), { topic: DLQ }),
  );
  expect(account).toMatchObject({ sends: 0, dropped: BURST - 100 });
  expect(account.tookMs).toBeGreaterThanOrEqual(1_000);
  expect(account.tookMs).toBeLessThan(2_000);
});
