// A stage with a real Kafka or a real Redis behind the proxies. The proxies are on a clock that the test moves, so that what
// a fault delays waits for the test; clients are on the machine's.

import { type Kafka, Partitioners, type Producer } from "kafkajs";
import type { RunningFault } from "../../../sim/faults/fault.ts";
import { parseFaultParams } from "../../../sim/faults/faults.ts";
import type { KafkaNames, Stage } from "../../../sim/faults/stage.ts";
import type { KafkaFaultProxy } from "../../../sim/proxy/kafka/kafka-proxy.ts";
import type { RedisFaultProxy } from "../../../sim/proxy/redis/redis-proxy.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { systemNetwork } from "../../../src/runtime/network.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { createKafkaClient, type KafkaClient } from "../../../src/stream/kafka-client.ts";
import { DEFAULT_KAFKA_SETTINGS } from "../../../src/stream/kafka-settings.ts";
import { silentLog } from "../../../src/telemetry/log.ts";
import { keepingLog, type LogLine } from "../../support/keeping-log.ts";
import type { ManualClock } from "../../support/manual-clock.ts";

export const NAMES: KafkaNames = {
  topic: "telemetry",
  dlqTopic: "telemetry-dlq",
  libraryDlqTopic: "library-dlq",
  serverGroup: "server",
};

export interface LiveParts {
  readonly clock: ManualClock;
  readonly kafka: KafkaFaultProxy | null;
  readonly redis: RedisFaultProxy | null;
}

/** Applies a fault by its name to the proxies. */
export function applyLive(
  { clock, kafka, redis }: LiveParts,
  name: string,
  params: Readonly<Record<string, unknown>> = {},
): Promise<RunningFault> {
  const lines: LogLine[] = [];
  const stage: Stage = {
    clock,
    random: seededRandom(1),
    log: keepingLog(lines),
    kafka: NAMES,
    broker: kafka,
    redis,
    links: null,
    traffic: null,
    clients: null,
    components: null,
    discovery: null,
  };
  const checked = parseFaultParams(name, params);
  return checked.fault.apply(stage, checked.params);
}

/** kafkajs that says what went wrong instead of trying again. */
export function candidKafka(bootstrap: string, retries = 0): Kafka {
  return candidClient(bootstrap, retries).kafka;
}

/** The same, with a way to end it while a request is under way. */
export function candidClient(bootstrap: string, retries = 0): KafkaClient {
  const settings = { ...DEFAULT_KAFKA_SETTINGS, brokers: [bootstrap], operationTimeoutMs: 60_000 };
  return createKafkaClient({ settings, network: systemNetwork, clock: systemClock, log: silentLog, retries });
}

/** A producer for one use. @returns what became of the record: `ok`, or the type of the error */
export async function produceOnce(
  bootstrap: string,
  topic: string,
  value: string,
  partition = 0,
): Promise<string> {
  const producer: Producer = candidKafka(bootstrap).producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
  });
  try {
    await producer.connect();
    await producer.send({ topic, messages: [{ value, partition }] });
    return "ok";
  } catch (error) {
    return typeOf(error);
  } finally {
    await producer.disconnect();
  }
}

/** Kafka's name of an error, `type` in kafkajs; that of its cause if it has none. */
export function typeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const type: unknown = Reflect.get(error, "type");
  if (typeof type === "string") return type;
  return error.cause === undefined ? error.name : typeOf(error.cause);
}

/** Whether a promise has come to something, to be looked at later. */
export function watched(promise: Promise<unknown>): { readonly settled: boolean } {
  const state = { settled: false };
  const settle = () => {
    state.settled = true;
  };
  promise.then(settle, settle);
  return state;
}
