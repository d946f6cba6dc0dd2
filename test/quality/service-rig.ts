// A companion service as its users meet it: over HTTP on loopback, with the embedded broker as Kafka.

import type { Broker } from "../../sim/broker/broker.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Command } from "../../src/config/option.ts";
import type { ServiceOptions } from "../../src/quality/consuming-service.ts";
import { type Clock, systemClock } from "../../src/runtime/clock.ts";
import { systemNetwork } from "../../src/runtime/network.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { serveHttp } from "../../src/runtime/serve.ts";
import { type Log, silentLog } from "../../src/telemetry/log.ts";
import { startEmbeddedBroker } from "../support/embedded-broker.ts";
import type { LogLine } from "../support/keeping-log.ts";

export const TOPIC = "telemetry";

export interface Service {
  readonly address: { readonly port: number };
  start(): Promise<void>;
  stop(): Promise<void>;
}

export async function startBroker(partitions = 1): Promise<Broker> {
  const broker = await startEmbeddedBroker();
  broker.createTopic(TOPIC, { partitions });
  return broker;
}

export function append(broker: Broker, partition: number, ...values: (Buffer | null)[]): void {
  const records = values.map((value) => ({ timestampMs: 0, key: Buffer.from("t"), value }));
  broker.append(TOPIC, partition, records);
}

/** Resolves once a line says that partitions are read. */
export async function assigned(lines: readonly LogLine[]): Promise<void> {
  while (!lines.some(({ msg }) => msg === "partitions assigned"))
    await new Promise((resolve) => setImmediate(resolve));
}

export interface ServiceSetup<S extends Service> {
  readonly command: Command;
  readonly brokers: string;
  readonly env: Readonly<Record<string, string>>;
  readonly make: (options: ServiceOptions) => S;
  readonly log?: Log;
  readonly clock?: Clock;
}

export class RunningService<S extends Service> {
  readonly service: S;
  #url = "";

  constructor({ command, brokers, env, make, log = silentLog, clock = systemClock }: ServiceSetup<S>) {
    const { config } = loadConfig({
      env: { KAFKA_BROKERS: brokers, KAFKA_TOPIC: TOPIC, ...env },
      flags: {},
      readFile: () => "",
      command,
    });
    this.service = make({
      config,
      clock,
      random: seededRandom(3),
      network: systemNetwork,
      log,
      serve: serveHttp,
      build: { version: "1.2.3", gitSha: "abc", buildDate: "2026-01-01", runtime: "bun 1.4.5" },
    });
  }

  async start(): Promise<this> {
    await this.service.start();
    this.#url = `http://127.0.0.1:${this.service.address.port}`;
    return this;
  }

  get(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.#url}${path}`, init);
  }

  async json(path: string): Promise<Record<string, unknown>> {
    return (await this.get(path)).json() as Promise<Record<string, unknown>>;
  }

  /** All of `/metrics`. */
  async exposition(): Promise<string> {
    return (await this.get("/metrics")).text();
  }

  /** The value of one series, written as it is exposed. */
  async metric(series: string): Promise<number> {
    const line = (await this.exposition()).split("\n").find((text) => text.startsWith(`${series} `));
    return line === undefined ? Number.NaN : Number(line.slice(series.length + 1));
  }

  /** Scrapes until a series has a value. */
  async reaches(series: string, value: number): Promise<void> {
    while ((await this.metric(series)) !== value) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Asks until it is ready. */
  async ready(): Promise<void> {
    while ((await this.get("/readyz")).status !== 200) await new Promise((resolve) => setImmediate(resolve));
  }
}
