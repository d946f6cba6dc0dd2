// Writes dead letters without holding up the stream (fail-open): a bounded number in flight, each given a limited
// time, and every one that is not written counted by what happened to it last.

import { describeError } from "../errors.ts";
import { Activity } from "../runtime/activity.ts";
import type { Clock, Timer } from "../runtime/clock.ts";
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
import {
  classifyInfrastructureError,
  isAnswered,
  isTooLarge,
  isTopicMissing,
} from "./infrastructure-errors.ts";
import type { KafkaAdmin } from "./kafka-admin.ts";
import type { KafkaSettings } from "./kafka-settings.ts";
import { TopicWriter } from "./topic-writer.ts";

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

interface Pending {
  readonly errorType: DeadLetterType;
  readonly record: DeadLetterRecord;
}

/** One request holds no more than this, well below what topics accept by default (1 MiB); a larger letter goes alone. */
const MAX_REQUEST_BYTES = 256 * 1024;
/** How often a topic that could not be used is looked for again. */
const RECHECK_INTERVAL_MS = 30_000;
/** A failure colours the health report for this long. */
const RECENT_FAILURE_MS = 120_000;
const REASONS = ["timeout", "kafka_error", "backpressure"] as const satisfies readonly DeadLetterFailure[];

export class DeadLetterQueue implements DeadLetterSink {
  readonly #options: DeadLetterQueueOptions;
  readonly #sends: ReadonlyMap<DeadLetterType, Counter>;
  readonly #failures: Readonly<Record<DeadLetterFailure, Counter>>;
  readonly #inFlightGauge: Gauge;
  readonly #activity = new Activity();
  readonly #producer: TopicWriter;
  #batch: Pending[] = [];
  /** True once the topic was seen or written to. */
  #topicFound = false;
  #lastFailureMs: number | null = null;
  #topicProblem: string | null = null;
  #recheck: Timer | null = null;
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
    this.#producer = new TopicWriter({
      ...options,
      onConnected: (retries) =>
        metrics.histogram("dashstream_ws_retry_count", { operation: "dlq_producer_create" }).observe(retries),
    });
  }

  /**
   * Looks whether the topic exists. If not, says so once, shows it in the health report, and looks again from time
   * to time. Whether it may be written to shows with the first dead letter.
   */
  async checkTopic(): Promise<void> {
    const { admin, topic, clock, log } = this.#options;
    const problemBefore = this.#topicProblem;
    try {
      await admin.partitionCount(topic);
      this.#topicWorks();
    } catch (error) {
      this.#topicProblem = describeError(error);
      if (problemBefore === null) {
        const consequence =
          "unless that changes, or the broker creates it on first use, dead letters will be lost";
        const found = isTopicMissing(error) ? "does not exist yet" : "cannot be looked up yet";
        log.warn(`dlq topic ${topic} ${found}; ${consequence}`, { error: this.#topicProblem });
      }
      if (!this.#closed) this.#recheck = clock.after(RECHECK_INTERVAL_MS, () => void this.checkTopic());
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
    // What is offered in one turn leaves together.
    if (this.#batch.length === 1) queueMicrotask(() => this.#sendBatch());
  }

  health(): DeadLetterHealth {
    const { clock } = this.#options;
    const sends = [...this.#sends.values()].reduce((sum, counter) => sum + counter.value, 0);
    const agoMs = this.#lastFailureMs === null ? null : clock.monotonicMs() - this.#lastFailureMs;
    const failedLately = agoMs !== null && agoMs < RECENT_FAILURE_MS;
    return {
      mode: "fail_open",
      status:
        failedLately || this.#topicProblem !== null ? "degraded" : this.#topicFound ? "healthy" : "unknown",
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
    this.#recheck?.cancel();
    this.#producer.close();
  }

  #topicWorks(): void {
    this.#topicFound = true;
    this.#topicProblem = null;
  }

  #sendBatch(): void {
    const batch = this.#batch;
    this.#batch = [];
    for (const request of requestsOf(batch)) void this.#send(request);
  }

  async #send(request: readonly Pending[]): Promise<void> {
    const { topic } = this.#options;
    const failure = await this.#outcome(request);
    if (failure?.tooLarge && request.length > 1) {
      await Promise.all(request.map((pending) => this.#send([pending])));
      return;
    }
    this.#activity.end(request.length);
    this.#inFlightGauge.set(this.#activity.pending);
    if (failure === null) {
      for (const { errorType } of request) this.#sends.get(errorType)?.inc();
      this.#topicWorks();
    } else {
      for (const _ of request) this.#fail(failure.reason, `topic ${topic}: ${failure.error}`);
    }
  }

  /** What happens first decides: an acknowledgement that comes later is neither a success nor a second failure. */
  #outcome(request: readonly Pending[]): Promise<Failure | null> {
    const { clock, sendTimeoutMs } = this.#options;
    const { done, abandon } = this.#producer.send(request.map(({ record }) => record));
    return new Promise((resolve) => {
      const timer = clock.after(sendTimeoutMs, () => {
        abandon();
        resolve({
          reason: "timeout",
          error: `no acknowledgement within ${sendTimeoutMs} ms`,
          tooLarge: false,
        });
      });
      done
        .then(
          () => resolve(null),
          (error: unknown) =>
            resolve({
              reason: failureReason(error),
              error: describeError(error),
              tooLarge: isTooLarge(error),
            }),
        )
        .finally(() => timer.cancel());
    });
  }

  #fail(reason: DeadLetterFailure, error: string): void {
    if (this.#closed) return;
    this.#lastFailureMs = this.#options.clock.monotonicMs();
    this.#failures[reason].inc();
    this.#options.errors.error(`dlq ${reason}`, `dlq send failed: ${reason}`, { reason, error });
  }
}

interface Failure {
  readonly reason: DeadLetterFailure;
  readonly error: string;
  /** Kafka refused the request for its size; each letter of it may still fit alone. */
  readonly tooLarge: boolean;
}

function requestsOf(batch: readonly Pending[]): readonly (readonly Pending[])[] {
  const requests: Pending[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const pending of batch) {
    bytes += pending.record.value.length;
    if (bytes > MAX_REQUEST_BYTES) {
      requests.push([]);
      bytes = pending.record.value.length;
    }
    requests.at(-1)?.push(pending);
  }
  return requests;
}

function failureReason(error: unknown): DeadLetterFailure {
  if (isAnswered(error)) return "kafka_error";
  return classifyInfrastructureError(error) === "connection_timeout" ? "timeout" : "kafka_error";
}
