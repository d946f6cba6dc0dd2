// Traffic into a topic of a Kafka cluster, from connecting to the last acknowledgement.

import { Partitioners } from "kafkajs";
import { DashstreamError, describeError } from "../../src/errors.ts";
import type { Network } from "../../src/runtime/network.ts";
import { isTopicMissing } from "../../src/stream/infrastructure-errors.ts";
import { createKafkaClient } from "../../src/stream/kafka-client.ts";
import type { KafkaSettings } from "../../src/stream/kafka-settings.ts";
import type { Log } from "../../src/telemetry/log.ts";
import type { TrafficControl } from "../faults/stage.ts";
import type { SendRecords } from "./delivery.ts";
import { type DirectorOptions, TrafficDirector, type TrafficSummary } from "./director.ts";
import { kafkaSend } from "./kafka-send.ts";

export interface TopicTrafficOptions extends Omit<DirectorOptions, "send"> {
  readonly settings: KafkaSettings;
  readonly topic: string;
  readonly network: Network;
  readonly log: Log;
  /** Called once Kafka answers, before the first record; what it throws ends the traffic. */
  readonly onStart?: (traffic: TrafficControl) => Promise<void>;
}

/** Retries inside kafkajs; runs that outlast them are repeated by the pace. */
const CLIENT_RETRIES = 3;
/** A broker that creates topics on first use has done so long before; each try asks for the topic several times. */
const TRIES_WITHOUT_TOPIC = 3;

/**
 * Sends until count, duration or signal end it, and closes its connections.
 * @throws DashstreamError `kafka_unreachable` if no broker answers at the start, `kafka_topic_missing` if the topic is not
 * there and nobody creates it within some tries, `config_invalid` for settings
 */
export async function sendTraffic(options: TopicTrafficOptions): Promise<TrafficSummary> {
  const { settings, topic, network, clock, log } = options;
  const client = createKafkaClient({
    settings,
    network,
    clock,
    log,
    retries: CLIENT_RETRIES,
    onSocketError: (error) => log.debug("kafka connection failed", { error: describeError(error) }),
  });
  // Java's partitioner, so that a thread stays on the partition on which other producers put it.
  const producer = client.kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  try {
    await producer.connect().catch((cause: unknown) => {
      throw new DashstreamError("kafka_unreachable", `no broker of ${settings.brokers.join(", ")} answers`, {
        cause,
      });
    });
    return await runUnlessMissing(options, kafkaSend(producer, topic));
  } finally {
    await producer.disconnect().catch((error: unknown) => {
      log.debug("kafka producer did not end in order", { error: describeError(error) });
    });
    client.destroy();
  }
}

/** A topic that was there once is waited for: somebody makes it anew. */
async function runUnlessMissing(options: TopicTrafficOptions, send: SendRecords): Promise<TrafficSummary> {
  const missing = new AbortController();
  let tries = 0;
  const director = new TrafficDirector({
    ...options,
    signal: options.signal ? AbortSignal.any([options.signal, missing.signal]) : missing.signal,
    async send(records) {
      try {
        await send(records);
        tries = Number.NEGATIVE_INFINITY;
      } catch (error) {
        tries = isTopicMissing(error) ? tries + 1 : Math.min(tries, 0);
        if (tries >= TRIES_WITHOUT_TOPIC) missing.abort();
        throw error;
      }
    },
  });
  await options.onStart?.(director);
  const summary = await director.run();
  if (!missing.signal.aborted) return summary;
  const { lastError: cause } = summary;
  throw new DashstreamError("kafka_topic_missing", `there is no topic ${options.topic}`, { cause });
}
