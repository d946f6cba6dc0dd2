// The whole system in this process, on loopback and the machine's clock, with everything about it that faults can break:
// two servers, exporter, quality monitor, a program with the library's producer, and a Prometheus that scrapes them all.

import { Partitioners } from "kafkajs";
import type { Broker } from "../../../sim/broker/broker.ts";
import type { RunningFault } from "../../../sim/faults/fault.ts";
import { parseFaultParams } from "../../../sim/faults/faults.ts";
import type { Stage } from "../../../sim/faults/stage.ts";
import { createRedisServer, type RedisServer } from "../../../sim/redis/server.ts";
import { TrafficDirector } from "../../../sim/traffic/director.ts";
import { kafkaSend } from "../../../sim/traffic/kafka-send.ts";
import { createTraffic } from "../../../sim/traffic/traffic.ts";
import { ruleFile } from "../../../src/alerts/rule-file.ts";
import { Exporter } from "../../../src/quality/exporter.ts";
import { QualityMonitor } from "../../../src/quality/quality-monitor.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { systemNetwork } from "../../../src/runtime/network.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { createKafkaClient } from "../../../src/stream/kafka-client.ts";
import { DEFAULT_KAFKA_SETTINGS } from "../../../src/stream/kafka-settings.ts";
import { silentLog } from "../../../src/telemetry/log.ts";
import { RunningService, TOPIC } from "../../quality/service-rig.ts";
import { socketClients } from "../../sim/faults/socket-client.ts";
import { type RunningAppliance, startAppliance } from "../../support/appliance.ts";
import { startEmbeddedBroker } from "../../support/embedded-broker.ts";
import { type OtlpReceiver, startOtlpReceiver } from "../../support/otlp-receiver.ts";
import { type RunningPrometheus, startPrometheus } from "../../support/prometheus.ts";
import { PROGRAM_TOPIC, startProgram } from "./live-program.ts";
import { appendOldRecords } from "./odd-records.ts";

const PARTITIONS = 2;
const DLQ = `${TOPIC}-dlq`;
const LIBRARY_DLQ = "dashstream-dlq";
const RATE_PER_SECOND = 120;
/** Inside kafkajs; what outlasts them is sent again by the director. */
const CLIENT_RETRIES = 3;

/** Small, so that what takes minutes on a normal day happens within seconds. */
const SERVER_ENV = {
  TENANT_RATE_LIMIT_PER_SEC: "100000",
  TENANT_RATE_LIMIT_STORE: "redis",
  REPLAY_BUFFER_MEMORY_SIZE: "300",
  REDIS_MAX_CONCURRENT_WRITES: "3",
  WEBSOCKET_MAX_CLIENT_LAG: "200",
  WEBSOCKET_SEND_TIMEOUT_SECS: "1",
  WEBSOCKET_MAX_CONNECTIONS_PER_IP: "30",
  SLOW_CLIENT_DISCONNECT_THRESHOLD: "500",
  KAFKA_LAG_CHECK_INTERVAL_SECS: "1",
  MAX_CONCURRENT_DLQ_SENDS: "2",
};
/** Reads everything for itself, in groups of its own, stops at a bad record, and waits for its letters. */
const REPLICA_ENV = {
  KAFKA_GROUP_MODE: "per-replica",
  KAFKA_GROUP_ID: "replicas",
  INSTANCE_ID: "replica-1",
  KAFKA_ON_DECODE_ERROR: "pause",
  DLQ_FAIL_CLOSED: "true",
  KAFKA_LAG_CHECK_INTERVAL_SECS: "1",
};

const EXPORTER_ENV = { PROMETHEUS_SESSION_TIMEOUT_SECS: "5", KAFKA_LAG_CHECK_INTERVAL_SECS: "1" };
const MONITOR_ENV = { MAX_CONCURRENT_DLQ_SENDS: "1", SEQUENCE_GAP_POLICY: "halt" };

export interface LiveSite {
  readonly broker: Broker;
  readonly redis: RedisServer;
  readonly server: RunningAppliance;
  readonly prometheus: RunningPrometheus;
  /** Where traces go. */
  readonly collector: OtlpReceiver;
  readonly stage: Stage;
  /** Sends traffic from now on. */
  startTraffic(): Promise<void>;
  /** Applies a fault by its name. */
  apply(name: string, params?: Readonly<Record<string, unknown>>): Promise<RunningFault>;
  /** Ends both servers. */
  stopServers(): Promise<void>;
  stop(): Promise<void>;
}

/** Kafka is away, with old records in it, and nothing is sent yet. @param scale so many times faster than normal is everything that Prometheus does */
export async function startLiveSite(scale: number, scrapeInterval: string): Promise<LiveSite> {
  const broker = await startEmbeddedBroker({
    topicDefaults: { "max.message.bytes": String(12 * 1024 * 1024) },
  });
  broker.createTopic(TOPIC, { partitions: PARTITIONS });
  for (const topic of [DLQ, LIBRARY_DLQ, PROGRAM_TOPIC]) broker.createTopic(topic);
  appendOldRecords(broker, TOPIC);
  await broker.down();
  const redis = createRedisServer({ network: systemNetwork, clock: systemClock });
  await redis.start();
  const brokers = broker.bootstrap;
  const at = { brokers, topic: TOPIC };
  const collector = await startOtlpReceiver();
  const tracing = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.address };
  const server = await startAppliance({ ...at, env: { REDIS_URL: redis.url, ...tracing, ...SERVER_ENV } });
  const replica = await startAppliance({ ...at, env: REPLICA_ENV });
  const { exporter, monitor } = await startCompanions(brokers);
  const program = await startProgram(brokers);
  const traffic = createTrafficInto(brokers);
  const prometheus = await startPrometheus({
    scrapeInterval,
    rules: ruleFile({ scale }),
    targets: {
      "dashstream-infrastructure": [server, replica].map(({ url }) => new URL(url).host),
      "dashstream-quality": [`127.0.0.1:${exporter.service.address.port}`],
      "dashstream-quality-monitor": [`127.0.0.1:${monitor.service.address.port}`],
      "dashstream-producer": [program.address],
    },
  });
  const stage = stageOf(broker, redis, server, traffic.director);
  const stopServers = async () => void (await Promise.all([server.stop(), replica.stop()]));
  return {
    broker,
    redis,
    server,
    prometheus,
    collector,
    stage,
    startTraffic: () => traffic.start(),
    apply(name, params = {}) {
      const checked = parseFaultParams(name, params);
      return checked.fault.apply(stage, checked.params);
    },
    stopServers,
    async stop() {
      await prometheus.stop();
      await traffic.stop();
      await Promise.all([program.stop(), exporter.service.stop(), monitor.service.stop(), stopServers()]);
      await Promise.all([broker.stop(), redis.stop(), collector.stop()]);
    },
  };
}

async function startCompanions(brokers: string) {
  const exporter = new RunningService({
    command: "exporter",
    brokers,
    env: { METRICS_BIND_IP: "127.0.0.1", METRICS_PORT: "0", ...EXPORTER_ENV },
    make: (options) => new Exporter(options),
  });
  const monitor = new RunningService({
    command: "quality-monitor",
    brokers,
    env: { HEALTH_BIND_IP: "127.0.0.1", HEALTH_PORT: "0", ...MONITOR_ENV },
    make: (options) => new QualityMonitor(options),
  });
  return { exporter: await exporter.start(), monitor: await monitor.start() };
}

function createTrafficInto(brokers: string) {
  const [clock, network, random] = [systemClock, systemNetwork, seededRandom(7)];
  const settings = { ...DEFAULT_KAFKA_SETTINGS, brokers: [brokers], clientId: "traffic" };
  const client = createKafkaClient({ settings, network, clock, log: silentLog, retries: CLIENT_RETRIES });
  const producer = client.kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  const ending = new AbortController();
  const source = () => createTraffic({ clock, random, threads: 10 });
  const director = new TrafficDirector({
    clock,
    random,
    source: source(),
    renew: source,
    ratePerSecond: RATE_PER_SECOND,
    tickMs: 50,
    send: kafkaSend(producer, TOPIC),
    signal: ending.signal,
  });
  let ended: Promise<unknown> = Promise.resolve();
  return {
    director,
    async start() {
      await producer.connect();
      ended = director.run();
    },
    async stop() {
      ending.abort();
      await ended;
      await producer.disconnect();
    },
  };
}

function stageOf(
  broker: Broker,
  redis: RedisServer,
  server: RunningAppliance,
  traffic: TrafficDirector,
): Stage {
  return {
    clock: systemClock,
    random: seededRandom(11),
    log: silentLog,
    kafka: { topic: TOPIC, dlqTopic: DLQ, libraryDlqTopic: LIBRARY_DLQ, serverGroup: "websocket-server-v4" },
    traffic,
    broker,
    redis,
    clients: socketClients(server.appliance.address.port),
    links: null,
    components: null,
    discovery: null,
  };
}
