// Buckets that several processes share through Redis. A round trip has a time limit, and after a failed one Redis is
// left alone for a while, so that one which hangs or is gone does not hold up every batch: meanwhile, and for what
// failed, there is no answer and the caller decides by itself.

import { describeError } from "../errors.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Network } from "../runtime/network.ts";
import type { Random } from "../runtime/random.ts";
import type { FloodGuard } from "../telemetry/flood.ts";
import type { Log } from "../telemetry/log.ts";
import type { Counter, Histogram, Metrics } from "../telemetry/metrics.ts";
import { backoffMs } from "./backoff.ts";
import { createRedisClient, type RedisClient } from "./redis-client.ts";
import type { RedisSettings } from "./redis-settings.ts";
import {
  bucketKey,
  keepSeconds,
  TAKE_TOKENS_DIGEST,
  TAKE_TOKENS_SCRIPT,
  type TakeMode,
} from "./tenant-bucket-script.ts";
import type { RateLimit } from "./token-bucket.ts";

/** Which Redis, and how long it may take. */
export interface SharedBuckets {
  readonly settings: RedisSettings;
  readonly network: Network;
  readonly random: Random;
  /** How long a call waits for Redis at most, milliseconds; default 2000. */
  readonly timeoutMs?: number;
}

export interface RedisBucketsOptions extends SharedBuckets {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly errors: FloodGuard;
  readonly log: Log;
}

const DEFAULT_TIMEOUT_MS = 2_000;
/** Buckets that are settled in one round trip. */
const SETTLED_AT_ONCE = 500;

/** One bucket to take tokens from. */
export interface BucketRequest {
  readonly tenantId: string;
  readonly limit: RateLimit;
  readonly wanted: number;
  readonly mode: TakeMode;
  /** How long Redis keeps the bucket; default: as long as the limit asks for. */
  readonly keepSeconds?: number;
}

/** The tokens granted for each request; `null` where Redis gave no answer. */
export type BucketAnswers = readonly (number | null)[];

/** What is known of the connection to Redis. */
export interface RedisBucketsState {
  readonly connected: boolean;
  /** What the last round trip failed with, if Redis was left alone since; `null` = it works. */
  readonly problem: string | null;
}

type Result = readonly [error: Error | null, answer?: unknown];

export class RedisBuckets {
  readonly #options: RedisBucketsOptions;
  readonly #timeoutMs: number;
  readonly #client: RedisClient;
  readonly #latency: Histogram;
  readonly #fallbacks: Counter;
  #failures = 0;
  #problem: string | null = null;
  /** Monotonic; until then Redis is left alone. */
  #pausedUntilMs = 0;
  /** While the first round trip after a pause is under way, there is no second one. */
  #probing = false;
  /** Whether people were told that limits are local. */
  #isLocal = false;

  constructor(options: RedisBucketsOptions) {
    this.#options = options;
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.#latency = this.#latencyOf("rate_limit_check");
    this.#fallbacks = this.#errorsOf("fallback_to_local");
    this.#client = this.#connect();
  }

  get state(): RedisBucketsState {
    return { connected: this.#client.connected, problem: this.#problem };
  }

  /**
   * Asks Redis once for all of them. `null` if it is left alone now or not connected; never rejects. That somebody has
   * to decide without Redis is counted here, once for each call.
   */
  take(requests: readonly BucketRequest[]): Promise<BucketAnswers> | null {
    if (this.#isUsable()) {
      return this.#ask(requests).then((answers) => {
        if (answers.includes(null)) this.#fallbacks.inc();
        return answers;
      });
    }
    this.#fallbacks.inc();
    return null;
  }

  /**
   * Refills buckets by the limits of the requests, because other ones count from now on. Where Redis does not answer,
   * that is left to the next check.
   */
  async settle(requests: readonly BucketRequest[]): Promise<void> {
    for (let from = 0; from < requests.length && this.#isUsable(); from += SETTLED_AT_ONCE) {
      await this.#ask(requests.slice(from, from + SETTLED_AT_ONCE));
    }
  }

  close(): void {
    this.#client.close();
  }

  #connect(): RedisClient {
    const { errors } = this.#options;
    const connecting = this.#latencyOf("new_connection");
    const refused = this.#errorsOf("new_connection");
    return createRedisClient({
      ...this.#options,
      name: "dashstream-limits",
      onConnected: (tookMs) => connecting.observe(tookMs),
      onConnectionError: (error) => {
        refused.inc();
        this.#isLocal = true;
        errors.error("new_connection", "rate limiter: redis is not connected, limits are local for now", {
          error: describeError(error),
        });
      },
    });
  }

  #errorsOf(operation: string): Counter {
    return this.#options.metrics.counter("dashstream_rate_limiter_redis_errors_total", { operation });
  }

  #latencyOf(operation: string): Histogram {
    return this.#options.metrics.histogram("dashstream_rate_limiter_redis_latency_ms", { operation });
  }

  #isUsable(): boolean {
    if (!this.#client.connected || this.#probing) return false;
    return this.#options.clock.monotonicMs() >= this.#pausedUntilMs;
  }

  async #ask(requests: readonly BucketRequest[]): Promise<BucketAnswers> {
    const { clock } = this.#options;
    const startMs = clock.monotonicMs();
    this.#probing = this.#failures > 0;
    const results = await this.#inTime(this.#roundTrip(requests));
    this.#probing = false;
    const error = results?.find(([failure]) => failure !== null)?.[0] ?? null;
    if (error === null) this.#latency.observe(clock.monotonicMs() - startMs);
    if (results === null) this.#failed("rate_limit_check_timeout", "no answer in time");
    else if (error !== null) this.#failed("rate_limit_check", describeError(error));
    else this.#succeeded();
    return requests.map((_, index) => {
      const answer = results?.[index]?.[1];
      return typeof answer === "number" ? answer : null;
    });
  }

  /** One write. The script is sent along only to a Redis that does not have it. */
  async #roundTrip(requests: readonly BucketRequest[]): Promise<readonly Result[]> {
    const results = await this.#send(requests, false);
    const unknown = requests.flatMap((_, index) => (isUnknownScript(results[index]) ? [index] : []));
    if (unknown.length === 0) return results;
    const again = await this.#send(
      unknown.flatMap((index) => requests[index] ?? []),
      true,
    );
    const merged = [...results];
    unknown.forEach((index, position) => {
      merged[index] = again[position] ?? [null];
    });
    return merged;
  }

  async #send(requests: readonly BucketRequest[], withScript: boolean): Promise<readonly Result[]> {
    const pipeline = this.#client.commands.pipeline();
    if (withScript) pipeline.script("LOAD", TAKE_TOKENS_SCRIPT);
    for (const { tenantId, limit, wanted, mode, keepSeconds: keep } of requests) {
      const { burstCapacity, messagesPerSecond } = limit;
      const bucket = [wanted, burstCapacity, messagesPerSecond, mode, keep ?? keepSeconds(limit)];
      pipeline.evalsha(TAKE_TOKENS_DIGEST, 1, bucketKey(tenantId), ...bucket);
    }
    const results = (await pipeline.exec()) ?? [];
    return withScript ? results.slice(1) : results;
  }

  /**
   * `null` if the time limit passes first; what comes later is of no interest. A process that was busy itself may have
   * the answer waiting in its socket, so it gets one turn to read it.
   */
  #inTime(work: Promise<readonly Result[]>): Promise<readonly Result[] | null> {
    const { clock } = this.#options;
    return new Promise((resolve) => {
      let timer = clock.after(this.#timeoutMs, () => {
        timer = clock.after(0, () => resolve(null));
      });
      work.then(resolve, (error: Error) => resolve([[error]])).finally(() => timer.cancel());
    });
  }

  #succeeded(): void {
    this.#failures = 0;
    this.#problem = null;
    if (!this.#isLocal) return;
    this.#isLocal = false;
    this.#options.log.info("rate limiter: redis answers again, limits are shared");
  }

  #failed(operation: "rate_limit_check" | "rate_limit_check_timeout", problem: string): void {
    const { clock, random, errors } = this.#options;
    this.#errorsOf(operation).inc();
    this.#problem = problem;
    this.#isLocal = true;
    const nowMs = clock.monotonicMs();
    // Round trips that were under way together fail together, which is one failure.
    if (nowMs >= this.#pausedUntilMs) {
      this.#failures++;
      this.#pausedUntilMs = nowMs + backoffMs(this.#failures, random);
    }
    errors.error(operation, "rate limiter: redis failed, limits are local for now", {
      error: problem,
      timeout_ms: this.#timeoutMs,
      pause_ms: Math.round(this.#pausedUntilMs - nowMs),
    });
  }
}

function isUnknownScript(result: Result | undefined): boolean {
  return result?.[0]?.message.startsWith("NOSCRIPT") ?? false;
}
