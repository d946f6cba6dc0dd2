// Writes dead letters without holding up the stream (fail-open): a bounded number in flight, each given a limited
// time, and every one that is not written counted by what happened to it last.

import type { Producer } from "kafkajs";
import { describeError } from "../errors.ts";
import { Activity } from "../runtime/activity.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Network } from "../runtime/network.ts";
import type { Random } from "../runtime/random.ts";
import type { FloodGuard } from "../telemetry/flood.ts";
import type { Log } from "../telemetry/log.ts";
import type { Counter, Gauge, Metrics } from "../telemetry/metrics.ts";
import { type DeadLetterOrigin, type DeadLetterRecord, deadLetterRecord } from "./dead-letter-record.ts";
import {
  DEAD_LETTER_TYPES,
  type DeadLetter,
  type DeadLetterFailure,
  type DeadLetterHealth,
  type DeadLetterSink,
  type DeadLetterType,
} from "./dead-letter-sink.ts";
import { endsWithin } from "./deadline.ts";
import { classifyInfrastructureError } from "./infrastructure-errors.ts";
import type { KafkaAdmin } from "./kafka-admin.ts";
import { createKafkaClient, type KafkaClient } from "./kafka-client.ts";
import type { KafkaSettings } from "./kafka-settings.ts";

export interface DeadLetterQueueOptions {
  readonly settings: KafkaSettings;
  /** Where dead letters go. */
  readonly topic: string;
  readonly origin: DeadLetterOrigin;
  readonly maxInFlight: number;
  readonly sendTimeoutMs: number;
  readonly admin: KafkaAdmin;
  readonly network: Network;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly errors: FloodGuard;
}

interface Sending {
  readonly errorType: DeadLetterType;
  readonly record: DeadLetterRecord;
}

interface Connection {
  readonly client: KafkaClient;
  readonly producer: Producer;
  readonly ready: Promise<void>;
}

/** Enough for a topic that the broker creates on first use; a topic that stays unknown fails well within a second. */
const LIBRARY_RETRIES = 2;
const CLOSE_TIMEOUT_MS = 1_000;
/** A failure colours the health report for this long. */
const RECENT_FAILURE_MS = 120_000;
const REASONS = ["timeout", "kafka_error", "backpressure"] as const satisfies readonly DeadLetterFailure[];

export class DeadLetterQueue implements DeadLetterSink {
  readonly #options: DeadLetterQueueOptions;
  readonly #sends: ReadonlyMap<DeadLetterType, Counter>;
  readonly #failures: Readonly<Record<DeadLetterFailure, Counter>>;
  readonly #inFlightGauge: Gauge;
  readonly #activity = new Activity();
  #batch: Sending[] = [];
  #connection: Connection | null = null;
  #connectFailures = 0;
  #connectedOnce = false;
  #lastFailureMs: number | null = null;
  #topicProblem: string | null = null;
  #closed = false;

  constructor(options: DeadLetterQueueOptions) {
    const { metrics } = options;
    this.#options = options;
    this.#sends = new Map(
      DEAD_LETTER_TYPES.map((type) => [
        type,
        metrics.counter("websocket_dlq_sends_total", { error_type: type }),
      ]),
    );
    const failures = REASONS.map((reason) => [
      reason,
      metrics.counter("websocket_dlq_send_failures_total", { reason }),
    ]);
    this.#failures = Object.fromEntries(failures) as Record<DeadLetterFailure, Counter>;
    this.#inFlightGauge = metrics.gauge("websocket_dlq_in_flight");
    metrics.gauge("websocket_dlq_mode", { mode: "fail_open" }).set(1);
  }

  /** Looks whether the topic exists; if not, says so once and shows it in the health report. */
  async checkTopic(): Promise<void> {
    const { admin, topic, log } = this.#options;
    try {
      await admin.partitionCount(topic);
      this.#topicProblem = null;
    } catch (error) {
      this.#topicProblem = describeError(error);
      log.warn(`dlq topic ${topic} cannot be used yet; dead letters may be lost`, {
        error: this.#topicProblem,
      });
    }
  }

  offer(letter: DeadLetter): void {
    const { maxInFlight, origin, clock, random } = this.#options;
    if (this.#activity.pending >= maxInFlight) {
      return this.#fail("backpressure", `${maxInFlight} dead letters are in flight already`);
    }
    this.#activity.begin();
    this.#inFlightGauge.set(this.#activity.pending);
    const record = deadLetterRecord(letter, origin, clock.nowMs(), random);
    this.#batch.push({ errorType: letter.errorType, record });
    // Everything offered in one turn leaves as one request.
    if (this.#batch.length === 1) queueMicrotask(() => void this.#sendBatch());
  }

  health(): DeadLetterHealth {
    const { clock } = this.#options;
    const sends = [...this.#sends.values()].reduce((sum, counter) => sum + counter.value, 0);
    const agoMs = this.#lastFailureMs === null ? null : clock.monotonicMs() - this.#lastFailureMs;
    const failedLately = agoMs !== null && agoMs < RECENT_FAILURE_MS;
    const healthy = sends > 0 || this.#connectedOnce || this.#topicProblem === null;
    return {
      mode: "fail_open",
      status: failedLately || this.#topicProblem !== null ? "degraded" : healthy ? "healthy" : "unknown",
      sends,
      failures_by_reason: {
        timeout: this.#failures.timeout.value,
        kafka_error: this.#failures.kafka_error.value,
        backpressure: this.#failures.backpressure.value,
      },
      in_flight: this.#activity.pending,
      last_failure_ago_seconds: agoMs === null ? null : Math.floor(agoMs / 1000),
    };
  }

  /** Resolves when nothing is in flight. */
  settled(): Promise<void> {
    return this.#activity.settled();
  }

  async flush(timeoutMs: number): Promise<number> {
    await endsWithin(this.#options.clock, timeoutMs, this.#activity.settled());
    return this.#activity.pending;
  }

  async close(timeoutMs: number): Promise<void> {
    const left = await this.flush(timeoutMs);
    if (left > 0) this.#options.log.warn("dlq: closing with dead letters in flight", { in_flight: left });
    this.#closed = true;
    this.#drop(this.#connection);
  }

  async #sendBatch(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    const { clock, sendTimeoutMs, topic } = this.#options;
    const connection = this.#connect();
    // What happens first decides: an acknowledgement that comes later is neither a success nor a second failure.
    const outcome = await new Promise<{ readonly reason: DeadLetterFailure; readonly error: string } | null>(
      (resolve) => {
        const timer = clock.after(sendTimeoutMs, () => {
          this.#retire(connection);
          resolve({ reason: "timeout", error: `no acknowledgement within ${sendTimeoutMs} ms` });
        });
        this.#produce(connection, batch)
          .then(
            () => resolve(null),
            (error: unknown) => resolve({ reason: failureReason(error), error: describeError(error) }),
          )
          .finally(() => timer.cancel());
      },
    );
    this.#activity.end(batch.length);
    this.#inFlightGauge.set(this.#activity.pending);
    if (outcome === null) {
      for (const { errorType } of batch) this.#sends.get(errorType)?.inc();
      this.#topicProblem = null;
      return;
    }
    for (const _ of batch) this.#fail(outcome.reason, `topic ${topic}: ${outcome.error}`);
  }

  async #produce(connection: Connection, batch: readonly Sending[]): Promise<void> {
    try {
      await connection.ready;
      const { topic, sendTimeoutMs } = this.#options;
      const messages = batch.map(({ record }) => ({ ...record, headers: { ...record.headers } }));
      await connection.producer.send({ topic, acks: -1, timeout: sendTimeoutMs, messages });
    } catch (error) {
      this.#drop(connection);
      throw error;
    }
  }

  /** One connection, replaced after a failure. */
  #connect(): Connection {
    if (this.#connection) return this.#connection;
    const { settings, network, clock, log, sendTimeoutMs, metrics } = this.#options;
    const client = createKafkaClient({
      settings: { ...settings, operationTimeoutMs: sendTimeoutMs },
      network,
      clock,
      log,
      retries: LIBRARY_RETRIES,
      // A failed connection fails the dead letters that wait for it, and those are counted.
      onSocketError: (error) => log.debug("dlq connection failed", { error: describeError(error) }),
    });
    // Not idempotent: kafkajs's idempotent producer loses acknowledged records when a broker freezes.
    const producer = client.kafka.producer({
      allowAutoTopicCreation: true,
      retry: { retries: LIBRARY_RETRIES, initialRetryTime: 100 },
    });
    const ready = producer.connect().then(() => {
      if (!this.#connectedOnce) {
        metrics
          .histogram("dashstream_ws_retry_count", { operation: "dlq_producer_create" })
          .observe(this.#connectFailures);
      }
      this.#connectedOnce = true;
    });
    ready.catch(() => this.#connectFailures++);
    this.#connection = { client, producer, ready };
    return this.#connection;
  }

  /** A connection that does not answer gets no more to do; what is under way on it keeps its own time limit. */
  #retire(connection: Connection): void {
    if (this.#connection !== connection) return;
    this.#connection = null;
    const { clock, sendTimeoutMs } = this.#options;
    clock.after(sendTimeoutMs, () => connection.client.destroy());
  }

  #drop(connection: Connection | null): void {
    if (connection === null || this.#connection !== connection) return;
    this.#connection = null;
    void endsWithin(this.#options.clock, CLOSE_TIMEOUT_MS, connection.producer.disconnect()).then(() =>
      connection.client.destroy(),
    );
  }

  #fail(reason: DeadLetterFailure, error: string): void {
    if (this.#closed) return;
    this.#lastFailureMs = this.#options.clock.monotonicMs();
    this.#failures[reason].inc();
    this.#options.errors.error(`dlq ${reason}`, `dlq send failed: ${reason}`, { reason, error });
  }
}

function failureReason(error: unknown): DeadLetterFailure {
  return classifyInfrastructureError(error) === "connection_timeout" ? "timeout" : "kafka_error";
}
