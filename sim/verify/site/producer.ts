// The producers of the virtual world: believable traffic through kafkajs, sent until Kafka acknowledges it.

import { Partitioners } from "kafkajs";
import { createKafkaClient } from "../../../src/stream/kafka-client.ts";
import { DEFAULT_KAFKA_SETTINGS } from "../../../src/stream/kafka-settings.ts";
import type { Log } from "../../../src/telemetry/log.ts";
import type { Scenario } from "../../scenarios/scenario.ts";
import { TrafficDirector } from "../../traffic/director.ts";
import { kafkaSend } from "../../traffic/kafka-send.ts";
import { createTraffic } from "../../traffic/traffic.ts";
import type { VirtualWorld } from "../virtual-world.ts";

export interface SiteProducer {
  readonly director: TrafficDirector;
  start(): Promise<void>;
}

export interface SiteProducerOptions {
  readonly world: VirtualWorld;
  readonly log: Log;
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly traffic: Scenario["traffic"];
}

/** Inside kafkajs; what outlasts them is sent again by the director. */
const CLIENT_RETRIES = 3;

/** Records of two seconds travel together: requests are what virtual time costs most for. */
const TICK_MS = 2_000;

export function createSiteProducer(options: SiteProducerOptions): SiteProducer {
  const { world, log, brokers, topic, traffic } = options;
  const { clock, random, network } = world;
  const client = createKafkaClient({
    settings: { ...DEFAULT_KAFKA_SETTINGS, brokers, clientId: "producer" },
    network,
    clock,
    log,
    retries: CLIENT_RETRIES,
  });
  const producer = client.kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  const { rate, tenants, threads } = traffic;
  const source = () => createTraffic({ clock, random, tenants, threads });
  const director = new TrafficDirector({
    clock,
    random,
    source: source(),
    renew: source,
    ratePerSecond: rate,
    arrival: "poisson",
    tickMs: TICK_MS,
    send: kafkaSend(producer, topic),
  });
  return {
    director,
    async start() {
      await producer.connect();
      // Ends with the world.
      void director.run();
    },
  };
}
