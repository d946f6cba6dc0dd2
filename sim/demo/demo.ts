// The whole path in one process: embedded broker, traffic, appliance and one client that keeps account. The account
// at the end compares what the broker holds with what the client got, offset by offset.

import type { Config } from "../../src/config/options.ts";
import { DashstreamError, describeError } from "../../src/errors.ts";
import type { BuildInfo } from "../../src/runtime/build-info.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import type { ServeHttp } from "../../src/runtime/http.ts";
import type { Network } from "../../src/runtime/network.ts";
import type { Random } from "../../src/runtime/random.ts";
import { Appliance } from "../../src/server/appliance.ts";
import { kafkaSettings } from "../../src/server/kafka-config.ts";
import type { Log } from "../../src/telemetry/log.ts";
import { type Broker, createBroker } from "../broker/broker.ts";
import type { TrafficSummary } from "../traffic/director.ts";
import { sendTraffic } from "../traffic/topic-traffic.ts";
import { createTraffic } from "../traffic/traffic.ts";
import { Watcher } from "./watcher.ts";

export interface DemoOptions {
  /** Its brokers are replaced by the embedded one, and it reads from the beginning. */
  readonly config: Config;
  readonly clock: Clock;
  /** What the traffic is made from. */
  readonly random: Random;
  readonly network: Network;
  readonly log: Log;
  readonly serve: ServeHttp;
  readonly build: BuildInfo;
  readonly ratePerSecond: number;
  /** Takes any free port if that of the configuration is taken. */
  readonly anyPortIfTaken: boolean;
  /** Address at which this machine reaches a server that listens there, for example `http://127.0.0.1:3002`. */
  readonly originOf: (hostname: string, port: number) => string;
}

export interface DemoProgress {
  readonly produced: number;
  readonly delivered: number;
  readonly duplicated: number;
  /** Of the most recent deliveries, producer to client; `null` before the first. */
  readonly latencyP99Ms: number | null;
  readonly clients: number;
  readonly deadLetters: number;
  /** Gaps in the numbering of threads, and records that the server said a client would not get. */
  readonly gaps: number;
}

export interface DemoSummary extends DemoProgress {
  /** Produced, not dead-lettered, and not delivered. */
  readonly lost: number;
  readonly unsent: number;
  readonly elapsedMs: number;
}

/** Enough to see that partitions are independent. */
const PARTITIONS = 3;

/** @throws DashstreamError `port_in_use`, `listen_failed`, `storage_failed` or `config_invalid` */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { network, clock, random, config } = options;
  const broker = createBroker({ network, clock, random });
  await broker.start();
  try {
    broker.createTopic(config.kafkaTopic, { partitions: PARTITIONS });
    broker.createTopic(config.kafkaDlqTopic, { partitions: 1 });
    // The group is new, so that "latest" would pass over what is produced before it has joined.
    const inDemo: Config = { ...config, kafkaBrokers: [broker.bootstrap], kafkaAutoOffsetReset: "earliest" };
    return new Demo(
      { ...options, config: inDemo },
      broker,
      await startAppliance({ ...options, config: inDemo }),
    );
  } catch (error) {
    await broker.stop();
    throw error;
  }
}

async function startAppliance(options: DemoOptions): Promise<Appliance> {
  const appliance = new Appliance(options);
  try {
    await appliance.start();
    return appliance;
  } catch (error) {
    const taken = error instanceof DashstreamError && error.code === "port_in_use";
    if (!taken || !options.anyPortIfTaken) throw error;
    return startAppliance({
      ...options,
      config: { ...options.config, websocketPort: 0 },
      anyPortIfTaken: false,
    });
  }
}

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

export class Demo {
  readonly #options: DemoOptions;
  readonly #broker: Broker;
  readonly #appliance: Appliance;
  readonly #watcher: Watcher;
  readonly #endOfTraffic = new AbortController();
  readonly #traffic: Promise<TrafficSummary>;
  readonly #startedMs: number;
  /** Of the server, for example `http://127.0.0.1:3002`. */
  readonly origin: string;

  constructor(options: DemoOptions, broker: Broker, appliance: Appliance) {
    const { config, clock, random, network, log, ratePerSecond: rate, originOf } = options;
    this.#options = options;
    this.#broker = broker;
    this.#appliance = appliance;
    this.#startedMs = clock.monotonicMs();
    this.origin = originOf(appliance.address.hostname, appliance.address.port);
    this.#watcher = new Watcher({
      url: `${this.origin.replace(/^http/, "ws")}/ws`,
      clock,
      random,
      maxPayloadBytes: config.websocketMaxPayloadBytes,
    });
    this.#traffic = sendTraffic({
      settings: kafkaSettings(config),
      topic: config.kafkaTopic,
      network,
      clock,
      random,
      log,
      source: createTraffic({ random, clock }),
      ratePerSecond: rate,
      signal: this.#endOfTraffic.signal,
    });
    this.#traffic.catch((error: unknown) => log.error("traffic failed", { error: describeError(error) }));
  }

  /** `host:port` of the embedded broker. */
  get bootstrap(): string {
    return this.#broker.bootstrap;
  }

  get topic(): string {
    return this.#options.config.kafkaTopic;
  }

  progress(): DemoProgress {
    const { ledger, latency, missed } = this.#watcher;
    const { kafkaTopic, kafkaDlqTopic } = this.#options.config;
    return {
      produced: sum(this.#broker.endOffsets(kafkaTopic)),
      delivered: ledger.delivered,
      duplicated: ledger.duplicated,
      latencyP99Ms: latency.quantileMs(0.99),
      clients: this.#appliance.hub.clientCount,
      deadLetters: sum(this.#broker.endOffsets(kafkaDlqTopic)),
      gaps: this.#appliance.metrics.counter("dashstream_sequence_gaps_total").value + missed,
    };
  }

  /**
   * Ends the traffic, waits until all that was produced was handled and delivered, and gives the account.
   * @param timeoutMs what has not been delivered by then is lost
   */
  async finish(timeoutMs: number): Promise<DemoSummary> {
    const { clock, config } = this.#options;
    this.#endOfTraffic.abort();
    const { unsent } = await this.#traffic;
    const elapsedMs = clock.monotonicMs() - this.#startedMs;
    const ends = this.#broker.endOffsets(config.kafkaTopic);
    const over = new AbortController();
    await Promise.race([this.#allDelivered(ends), clock.sleep(timeoutMs, over.signal)]);
    over.abort();
    const progress = this.progress();
    return { ...progress, lost: this.#undelivered(ends), unsent, elapsedMs };
  }

  /** Client, server and broker, in this order. */
  async stop(): Promise<void> {
    this.#endOfTraffic.abort();
    await this.#traffic.catch(() => {
      // Said when it happened.
    });
    this.#watcher.close();
    await this.#appliance.stop();
    await this.#broker.stop();
  }

  async #allDelivered(ends: readonly number[]): Promise<void> {
    await this.#appliance.handledUpTo(new Map(ends.entries()));
    await this.#watcher.until(() => this.#undelivered(ends) === 0);
  }

  #undelivered(ends: readonly number[]): number {
    return Math.max(0, this.#watcher.ledger.lost(ends) - this.progress().deadLetters);
  }
}
