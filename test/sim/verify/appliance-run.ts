// Ten minutes of the whole system in virtual time: traffic through a kafkajs producer into the embedded broker, the
// appliance, and a client of the client library. The broker is away for one minute of it.

import { type Broker, createBroker } from "../../../sim/broker/broker.ts";
import { createTraffic } from "../../../sim/traffic/traffic.ts";
import { runVirtual, type VirtualWorld } from "../../../sim/verify/virtual-world.ts";
import { connectStream } from "../../../src/client/index.ts";
import { loadConfig } from "../../../src/config/load.ts";
import type { BuildInfo } from "../../../src/runtime/build-info.ts";
import { Appliance } from "../../../src/server/appliance.ts";
import { kafkaSettings } from "../../../src/server/kafka-config.ts";
import { createKafkaClient } from "../../../src/stream/kafka-client.ts";
import { type Log, silentLog } from "../../../src/telemetry/log.ts";

/** What one run leaves behind. */
export interface RunResult {
  /** `/metrics` at the end, as scraped. */
  readonly metrics: string;
  /** `partition:offset` and value of each record that the client got, in the order in which it got them. */
  readonly delivered: readonly string[];
  readonly duplicates: number;
  readonly produced: number;
  readonly bad: number;
  /** Offset after the last record by partition. */
  readonly endOffsets: ReadonlyMap<number, number>;
}

const MINUTE_MS = 60_000;
const RECORD_INTERVAL_MS = 50;
const RECORDS_PER_BAD_ONE = 50;
/** Records wait for company, as with producers that count their requests. */
const LINGER_MS = 250;
const SEND_RETRY_MS = 500;
const PARTITIONS = 3;
const START_MS = Date.UTC(2026, 0, 1);
/** Nothing is pinned, whatever lies in the working directory. */
const NO_FILE = "/nonexistent/expected-schemas.json";
const BUILD: BuildInfo = { version: "0.0.0", gitSha: "unknown", buildDate: "unknown", runtime: "virtual" };

interface Message {
  readonly key: Buffer;
  readonly value: Buffer;
}

/** Produces at a steady rate; what cannot be sent waits and is sent later. */
class Producing {
  readonly #world: VirtualWorld;
  readonly #send: (messages: Message[]) => Promise<unknown>;
  readonly #source: { next(): Message };
  #waiting: Message[] = [];
  #sending: Promise<void> | null = null;
  produced = 0;
  bad = 0;

  constructor(
    world: VirtualWorld,
    source: { next(): Message },
    send: (messages: Message[]) => Promise<unknown>,
  ) {
    this.#world = world;
    this.#source = source;
    this.#send = send;
  }

  tick(): void {
    const { key, value } = this.#source.next();
    this.produced++;
    const isBad = this.produced % RECORDS_PER_BAD_ONE === 0;
    if (isBad) this.bad++;
    this.#waiting.push({ key, value: isBad ? value.subarray(0, value.length >> 1) : value });
    this.#sending ??= this.#sendAll();
  }

  /** Resolves when everything was acknowledged. */
  async done(): Promise<void> {
    await this.#sending;
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#world.clock.sleep(LINGER_MS);
      const messages = this.#waiting;
      this.#waiting = [];
      try {
        await this.#send(messages);
      } catch {
        // The broker is away: the same records are tried again.
        this.#waiting = [...messages, ...this.#waiting];
        await this.#world.clock.sleep(SEND_RETRY_MS);
      }
    }
    this.#sending = null;
  }
}

async function startBroker({ network, clock, random }: VirtualWorld): Promise<Broker> {
  const broker = createBroker({ network, clock, random });
  await broker.start();
  return broker;
}

/** Runs the ten minutes; nothing of it depends on anything but the seed. */
export function runAppliance(seed: number, log: Log = silentLog): Promise<RunResult> {
  return runVirtual({ seed, startMs: START_MS }, async (world) => {
    const { clock, random, network, http } = world;
    const broker = await startBroker(world);
    const { config } = loadConfig({
      env: { KAFKA_BROKERS: broker.bootstrap, WEBSOCKET_PORT: "0", EXPECTED_SCHEMAS_PATH: NO_FILE },
      flags: {},
      readFile: () => "",
    });
    const topic = config.kafkaTopic;
    broker.createTopic(topic, { partitions: PARTITIONS });
    const appliance = new Appliance({
      config,
      clock,
      random,
      network,
      log,
      serve: http.serve,
      build: BUILD,
    });
    // Looks for a file on the machine, which takes no virtual time.
    await appliance.start();

    const delivered: string[] = [];
    let duplicates = 0;
    const url = `http://127.0.0.1:${appliance.address.port}`;
    const stream = connectStream({
      url: `${url.replace("http", "ws")}/ws`,
      from: "earliest",
      WebSocket: http.WebSocket,
      clock,
      random,
      onRecord: ({ partition, offset, value }) =>
        delivered.push(`${partition}:${offset} ${Buffer.from(value).toString("base64")}`),
      onDuplicate: () => duplicates++,
    });

    const client = createKafkaClient({
      settings: kafkaSettings(config),
      network,
      clock,
      log,
      retries: 2,
      onSocketError: () => {},
    });
    const producer = client.kafka.producer();
    await world.outcome(producer.connect());
    const producing = new Producing(world, createTraffic({ random, clock }), (messages) =>
      producer.send({ topic, acks: -1, messages }),
    );
    const ticks = clock.every(RECORD_INTERVAL_MS, () => producing.tick());

    await world.advance(4 * MINUTE_MS);
    await world.outcome(broker.down());
    await world.advance(MINUTE_MS);
    await world.outcome(broker.up());
    await world.advance(5 * MINUTE_MS);
    ticks.cancel();

    await world.outcome(producing.done());
    const endOffsets = new Map(broker.endOffsets(topic).map((end, partition) => [partition, end]));
    await world.outcome(appliance.handledUpTo(endOffsets));
    await world.settled();
    const scrape = await world.outcome(http.request(`${url}/metrics`));
    const metrics = await world.outcome(scrape.text());

    stream.close();
    await world.outcome(producer.disconnect());
    await world.outcome(appliance.stop());
    await world.outcome(broker.stop());
    return { metrics, delivered, duplicates, produced: producing.produced, bad: producing.bad, endOffsets };
  });
}
