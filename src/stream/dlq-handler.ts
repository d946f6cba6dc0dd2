// Writes dead letters in the way that the caller can afford: without waiting, with a bounded number in flight; with a
// few attempts; or until Kafka has them. Every letter that is not written is counted by what happened to it last.

import { DashstreamError } from "../errors.ts";
import { Activity } from "../runtime/activity.ts";
import { type FloodGuard, floodGuard } from "../telemetry/flood.ts";
import type { Tracer } from "../telemetry/tracing/tracer.ts";
import { type BackoffPolicy, backoffMs, SEND_BACKOFF } from "./backoff.ts";
import type {
  DeadLetter,
  DeadLetterFailure,
  DeadLetterHealth,
  DeadLetterType,
  DlqMode,
} from "./dead-letter.ts";
import type { DeadLetterMetrics } from "./dead-letter-metrics.ts";
import { DeadLetterOutbox } from "./dead-letter-outbox.ts";
import { type DeadLetterOrigin, type DeadLetterRecord, deadLetterRecord } from "./dead-letter-record.ts";
import { DeadLetterRoom } from "./dead-letter-room.ts";
import { DeadLetterTopic } from "./dead-letter-topic.ts";
import { traceDeadLetter } from "./dead-letter-trace.ts";
import { endsWithin } from "./deadline.ts";
import { createKafkaAdmin, type KafkaAdmin } from "./kafka-admin.ts";
import type { KafkaSettings } from "./kafka-settings.ts";
import { Permits } from "./permits.ts";
import type { Seams } from "./seams.ts";
import type { SendFailure } from "./send-attempt.ts";

/** Where letters go, and how hard it is tried. */
export interface DlqHandlerOptions extends Seams {
  readonly settings: KafkaSettings;
  /** Where dead letters go. */
  readonly topic: string;
  readonly origin: DeadLetterOrigin;
  /** What it says of itself in health reports; default `fail_open`. */
  readonly mode?: DlqMode;
  /** Letters in flight at once in the modes that take a permit; default 100. */
  readonly maxInFlight?: number;
  /** How long Kafka may take to acknowledge a letter; default 5 s. */
  readonly sendTimeoutMs?: number;
  /** Attempts of the modes that retry, at least 1; default 3. */
  readonly maxAttempts?: number;
  readonly backoff?: BackoffPolicy;
  /** Default: one of its own. */
  readonly admin?: KafkaAdmin;
  /** How what happens is counted; `libraryDeadLetterMetrics` for the library's own series. */
  readonly counts: DeadLetterMetrics;
  /** Makes a span of each letter whose record has one; default: none. */
  readonly tracer?: Tracer | null;
  /** The first connection is there, after that many failed ones. */
  readonly onConnected?: (retries: number) => void;
}

const DEFAULT_MAX_IN_FLIGHT = 100;
const DEFAULT_SEND_TIMEOUT_MS = 5_000;
const DEFAULT_MAX_ATTEMPTS = 3;
/** A failure colours the health report for this long. */
const RECENT_FAILURE_MS = 120_000;
const CONSEQUENCES: Readonly<Record<DlqMode, string>> = {
  fail_open: "unless that changes, or the broker creates it on first use, dead letters will be lost",
  fail_closed: "until it can be used, partitions will stand still at bad records",
};

/** Handles dead letters. What is handed over is copied at once; views of it may be reused. */
export class DlqHandler {
  readonly #options: DlqHandlerOptions;
  readonly #maxAttempts: number;
  readonly #permits: Permits;
  /** For callers that may wait a little rather than have letters dropped. */
  readonly room: DeadLetterRoom;
  readonly #outbox: DeadLetterOutbox;
  readonly #topic: DeadLetterTopic;
  readonly #ownAdmin: KafkaAdmin | null;
  readonly #errors: FloodGuard;
  readonly #activity = new Activity();
  /** Letters that are in flight, or wait for a permit. */
  readonly #accepted = new Activity();
  readonly #closing = new AbortController();
  readonly #failures: Record<DeadLetterFailure, number> = { timeout: 0, kafka_error: 0, backpressure: 0 };
  #sends = 0;
  #lastFailureMs: number | null = null;

  /** @throws DashstreamError `config_invalid` */
  constructor(options: DlqHandlerOptions) {
    const { log, clock, mode = "fail_open", sendTimeoutMs = DEFAULT_SEND_TIMEOUT_MS } = options;
    this.#options = options;
    this.#maxAttempts = Math.max(1, options.maxAttempts ?? DEFAULT_MAX_ATTEMPTS);
    this.#permits = new Permits(Math.max(1, options.maxInFlight ?? DEFAULT_MAX_IN_FLIGHT));
    this.room = new DeadLetterRoom(this.#permits, clock);
    this.#outbox = new DeadLetterOutbox({ ...options, sendTimeoutMs });
    const admin = options.admin ?? createKafkaAdmin(options);
    this.#ownAdmin = options.admin ? null : admin;
    this.#topic = new DeadLetterTopic({ ...options, admin, consequence: CONSEQUENCES[mode] });
    this.#errors = floodGuard(log, clock);
  }

  get mode(): DlqMode {
    return this.#options.mode ?? "fail_open";
  }

  /** True while as many letters are in flight as may be. */
  get saturated(): boolean {
    return this.#activity.pending >= this.#permits.size;
  }

  /**
   * Why a program should get no traffic because of its dead letters, for people. Always empty in `fail_open`, where
   * the stream goes on. `waitingPartitions`: those that have stood still for long.
   */
  notReadyReasons(waitingPartitions: readonly number[]): readonly string[] {
    if (this.mode === "fail_open") return [];
    const waiting = `partitions ${waitingPartitions.join(", ")} wait for their dead letters`;
    return [this.#topic.problem ?? [], waitingPartitions.length === 0 ? [] : waiting].flat();
  }

  /** Looks whether the topic exists, and keeps looking while it does not. */
  checkTopic(): Promise<void> {
    return this.#topic.check();
  }

  /** One attempt, without a permit. @throws DashstreamError `dlq_send_failed` */
  send(letter: DeadLetter): Promise<void> {
    return this.#deliverOrThrow(letter, 1);
  }

  /** A few attempts, without a permit. @throws DashstreamError `dlq_send_failed` */
  sendWithRetry(letter: DeadLetter): Promise<void> {
    return this.#deliverOrThrow(letter, this.#maxAttempts);
  }

  /**
   * Attempts without end, with growing pauses. Resolves once Kafka has the letter.
   * @throws DashstreamError `aborted` when the handler is closed before
   */
  async sendUntilAcknowledged(letter: DeadLetter): Promise<void> {
    const failure = await this.#deliver(this.#recordOf(letter), letter, Number.POSITIVE_INFINITY);
    if (failure !== null) throw new DashstreamError("aborted", `dlq: closed before the letter was written`);
  }

  /** One attempt, nobody waits; dropped if no permit is free. */
  fireAndForget(letter: DeadLetter): void {
    this.tryFireAndForget(letter);
  }

  /** The same; false if it was dropped. */
  tryFireAndForget(letter: DeadLetter): boolean {
    return this.#fire(letter, 1) !== null;
  }

  /** The same; resolves once it is known what became of the letter, whatever that is. */
  async fireAndSettle(letter: DeadLetter): Promise<void> {
    await this.#fire(letter, 1);
  }

  /** A few attempts, nobody waits; dropped if no permit is free. */
  fireAndForgetWithRetry(letter: DeadLetter): void {
    void this.#fire(letter, this.#maxAttempts);
  }

  /** Waits for a permit, not for Kafka; one attempt. */
  fireAndForgetBlocking(letter: DeadLetter): Promise<void> {
    return this.#fireWhenPermitted(letter, 1);
  }

  /** Waits for a permit, not for Kafka; a few attempts. */
  fireAndForgetWithRetryBlocking(letter: DeadLetter): Promise<void> {
    return this.#fireWhenPermitted(letter, this.#maxAttempts);
  }

  /** `waitingPartitions`: those that stand still for their letters. */
  health(waitingPartitions: readonly number[] = []): DeadLetterHealth {
    const { clock } = this.#options;
    const agoMs = this.#lastFailureMs === null ? null : clock.monotonicMs() - this.#lastFailureMs;
    const failedLately = agoMs !== null && agoMs < RECENT_FAILURE_MS;
    const degraded = failedLately || this.#topic.problem !== null || waitingPartitions.length > 0;
    return {
      mode: this.mode,
      status: degraded ? "degraded" : this.#topic.found ? "healthy" : "unknown",
      sends: this.#sends,
      failures_by_reason: { ...this.#failures },
      in_flight: this.#activity.pending,
      last_failure_ago_seconds: agoMs === null ? null : Math.floor(agoMs / 1000),
      waiting_partitions: waitingPartitions,
    };
  }

  /** Resolves when nothing is in flight or waits for a permit. */
  settled(): Promise<void> {
    return this.#accepted.settled();
  }

  /** Resolves when nothing is left to do, at the latest after `timeoutMs`; gives the number of letters that are left. */
  async flush(timeoutMs: number): Promise<number> {
    await endsWithin(this.#options.clock, timeoutMs, this.#accepted.settled());
    return this.#accepted.pending;
  }

  /** Flushes and disconnects. */
  async close(timeoutMs = DEFAULT_SEND_TIMEOUT_MS): Promise<void> {
    const left = await this.flush(timeoutMs);
    if (left > 0) this.#options.log.warn("dlq: closing with dead letters in flight", { in_flight: left });
    this.#closing.abort();
    this.#topic.close();
    this.#outbox.close();
    this.#errors.flush();
    await this.#ownAdmin?.close();
  }

  #recordOf(letter: DeadLetter): DeadLetterRecord {
    const { origin, clock, random } = this.#options;
    return deadLetterRecord(letter, origin, clock.nowMs(), random);
  }

  /** `null` if it was dropped. */
  #fire(letter: DeadLetter, attempts: number): Promise<SendFailure | null> | null {
    if (this.#permits.tryTake())
      return this.#deliver(this.#recordOf(letter), letter, attempts, this.#permits);
    this.#drop(letter);
    return null;
  }

  async #fireWhenPermitted(letter: DeadLetter, attempts: number): Promise<void> {
    const record = this.#recordOf(letter);
    this.#accepted.begin();
    await this.#permits.take();
    void this.#deliver(record, letter, attempts, this.#permits);
    this.#accepted.end();
  }

  async #deliverOrThrow(letter: DeadLetter, attempts: number): Promise<void> {
    const failure = await this.#deliver(this.#recordOf(letter), letter, attempts);
    if (failure === null) return;
    throw new DashstreamError("dlq_send_failed", `dlq send failed: ${failure.error}`, {
      cause: failure.cause,
    });
  }

  /** Resolves with `null` once Kafka has the letter, else with the last failure. Never rejects. Gives its permit back. */
  async #deliver(
    record: DeadLetterRecord,
    letter: DeadLetter,
    attempts: number,
    permits?: Permits,
  ): Promise<SendFailure | null> {
    const endTrace = traceDeadLetter(this.#options, letter);
    const { errorType } = letter;
    this.#begin();
    try {
      const failure = await this.#attempt(record, errorType, attempts);
      endTrace?.(failure);
      return failure;
    } finally {
      permits?.release();
      this.#end();
    }
  }

  async #attempt(
    record: DeadLetterRecord,
    errorType: DeadLetterType,
    attempts: number,
  ): Promise<SendFailure | null> {
    const { counts, clock, random, backoff = SEND_BACKOFF } = this.#options;
    const { signal } = this.#closing;
    for (let attempt = 1; ; attempt++) {
      const failure = await this.#outbox.post(record);
      if (failure === null) {
        this.#sends++;
        this.room.taken();
        counts.sent(errorType);
        this.#topic.works();
        return null;
      }
      if (!signal.aborted) this.#failed(failure, attempts > 1);
      const again = attempt < attempts && (await clock.sleep(backoffMs(attempt, random, backoff), signal));
      if (again) continue;
      // Whoever waits without end still has the record.
      if (Number.isFinite(attempts)) counts.lost();
      return failure;
    }
  }

  #failed({ reason, error }: SendFailure, retrying: boolean): void {
    this.#options.counts.attemptFailed(reason, retrying);
    this.#noteFailure(reason, error);
  }

  #drop(letter: DeadLetter): void {
    this.#options.counts.dropped();
    const error = `${this.#permits.size} dead letters are in flight already`;
    this.#noteFailure("backpressure", error);
    traceDeadLetter(this.#options, letter)?.({ reason: "backpressure", error });
  }

  #noteFailure(reason: DeadLetterFailure, error: string): void {
    this.#failures[reason]++;
    this.#lastFailureMs = this.#options.clock.monotonicMs();
    this.#errors.error(`dlq ${reason}`, `dlq send failed: ${reason}`, { reason, error });
  }

  #begin(): void {
    this.#accepted.begin();
    this.#activity.begin();
    this.#options.counts.inFlight(this.#activity.pending);
  }

  #end(): void {
    this.#activity.end();
    this.#accepted.end();
    this.#options.counts.inFlight(this.#activity.pending);
  }
}
