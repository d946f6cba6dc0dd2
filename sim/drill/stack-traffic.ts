// The healthy life of a live stack during a scenario: producers and clients of the drill's own, ended with it.

import { connectStream, type Stream } from "../../src/client/index.ts";
import { describeError } from "../../src/errors.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import type { Network } from "../../src/runtime/network.ts";
import type { Random } from "../../src/runtime/random.ts";
import type { KafkaSettings } from "../../src/stream/kafka-settings.ts";
import type { Log } from "../../src/telemetry/log.ts";
import type { TrafficControl } from "../faults/stage.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import { sendTraffic } from "../traffic/topic-traffic.ts";
import { createTraffic } from "../traffic/traffic.ts";

/** Producers gather records for so long (`linger.ms`), so that services spend their time on records and not on requests. */
const LINGER_MS = 50;

export interface StackTrafficOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly network: Network;
  readonly log: Log;
  readonly settings: KafkaSettings;
  readonly topic: string;
  /** The most in one request; default: as producers do. Faults that let through one batch at a time take as many of them as it is small. */
  readonly maxBatchRecords?: number;
  /** WebSocket of the server. */
  readonly streamUrl: string;
}

export interface StackTraffic {
  readonly control: TrafficControl;
  /** Resolves when everything is sent or given up, and all connections are closed. */
  stop(): Promise<void>;
}

/** @throws DashstreamError `kafka_unreachable` or `kafka_topic_missing` */
export async function startTraffic(
  { traffic, clients }: Pick<Scenario, "traffic" | "clients">,
  options: StackTrafficOptions,
): Promise<StackTraffic> {
  const { clock, random, network, log, settings, topic, streamUrl, maxBatchRecords } = options;
  const { rate, tenants, threads } = traffic;
  const ending = new AbortController();
  const source = () => createTraffic({ clock, random, tenants, threads });
  const streams: Stream[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<TrafficControl>();
  const sending = sendTraffic({
    settings,
    topic,
    network,
    log,
    clock,
    random,
    source: source(),
    renew: source,
    ratePerSecond: rate,
    arrival: "poisson",
    tickMs: LINGER_MS,
    ...(maxBatchRecords === undefined ? {} : { maxBatchRecords }),
    signal: ending.signal,
    onStart: async (control) => resolve(control),
  });
  sending.catch((error: unknown) => {
    reject(error);
    if (!ending.signal.aborted) log.error("the traffic of the drill ended", { error: describeError(error) });
  });
  const control = await promise;
  for (let i = 0; i < clients; i++) {
    // Without a listener it would wait for somebody to iterate over it, and take nothing.
    streams.push(connectStream({ url: streamUrl, from: "latest", clock, random, onRecord: () => {} }));
  }
  return {
    control,
    async stop() {
      for (const stream of streams) stream.close();
      ending.abort();
      // What went wrong in between has been logged.
      await sending.catch(() => null);
    },
  };
}
