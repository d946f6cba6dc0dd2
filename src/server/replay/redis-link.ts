// The replay's connection to Redis: each round trip has a time limit, is measured, and its failure is counted and
// logged here and nowhere else. Redis may be absent at the start and go and come as it likes.

import type { Redis } from "ioredis";
import { describeError } from "../../errors.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Network } from "../../runtime/network.ts";
import type { Random } from "../../runtime/random.ts";
import { createRedisClient, type RedisClient } from "../../stream/redis-client.ts";
import type { RedisSettings } from "../../stream/redis-settings.ts";
import type { FloodGuard } from "../../telemetry/flood.ts";
import type { Log } from "../../telemetry/log.ts";
import type { Counter, Histogram, Metrics } from "../../telemetry/metrics.ts";
import { Rest } from "./redis-rest.ts";

export interface RedisLinkOptions {
  readonly settings: RedisSettings;
  readonly network: Network;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly errors: FloodGuard;
  readonly log: Log;
  /** There is a new connection; what Redis held before may be gone, or be older. */
  readonly onConnected: () => void;
}

export type Operation = "read" | "write";

/** How a round trip ended. */
export type Asked<T> =
  | { readonly kind: "answer"; readonly value: T }
  | { readonly kind: "failed"; readonly reason: string };

/** A round trip, or a few for one answer, takes at most so long. */
const TIMEOUT_MS = 2_000;

export class RedisLink {
  readonly #options: RedisLinkOptions;
  readonly #client: RedisClient;
  readonly #failures: Counter;
  readonly #latency: Readonly<Record<Operation, Histogram>>;
  /** Apart: a full Redis refuses writes and can be read. */
  readonly #rests: Readonly<Record<Operation, Rest>>;
  #wasLost = false;

  constructor(options: RedisLinkOptions) {
    const { metrics, clock, random } = options;
    this.#options = options;
    this.#failures = metrics.counter("dashstream_websocket_redis_errors_total");
    const latency = (operation: Operation) =>
      metrics.histogram("dashstream_websocket_redis_latency_ms", { operation });
    this.#latency = { read: latency("read"), write: latency("write") };
    this.#rests = { read: new Rest(clock, random), write: new Rest(clock, random) };
    this.#client = createRedisClient({
      ...options,
      name: "dashstream-replay",
      onConnected: () => this.#connected(),
      onConnectionError: (error) => this.#lost(error),
    });
  }

  get connected(): boolean {
    return this.#client.connected;
  }

  /** Whether it makes sense to ask now. */
  isUsable(operation: Operation): boolean {
    return this.#client.connected && this.#rests[operation].isOver;
  }

  /** Does `work` with Redis if that is usable. Never rejects. */
  async ask<T>(operation: Operation, work: (redis: Redis) => Promise<T>): Promise<Asked<T>> {
    if (!this.#client.connected) return { kind: "failed", reason: "Redis is not connected" };
    const rest = this.#rests[operation];
    if (!rest.isOver) return { kind: "failed", reason: "Redis is left alone after a failure" };
    const { clock } = this.#options;
    const startMs = clock.monotonicMs();
    rest.begin();
    const outcome = await this.#inTime(work(this.#client.commands));
    if (outcome.kind === "answer") {
      rest.end();
      this.#latency[operation].observe(clock.monotonicMs() - startMs);
      return outcome;
    }
    if (outcome.kind === "failed") this.#failures.inc();
    const reason = outcome.kind === "late" ? `no answer within ${TIMEOUT_MS} ms` : outcome.reason;
    this.#options.errors.error(`redis_${operation}`, `replay: redis ${operation} failed`, {
      error: reason,
      pause_ms: rest.failed(),
    });
    return { kind: "failed", reason };
  }

  /** Does what takes longer and looks after its own time limit and failures. */
  unbounded<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
    return work(this.#client.commands);
  }

  close(): void {
    this.#client.close();
  }

  /**
   * What comes after the time limit is of no interest. A process that was busy itself may have the answer waiting in
   * its socket, so it gets one turn to read it.
   */
  #inTime<T>(work: Promise<T>): Promise<Asked<T> | { readonly kind: "late" }> {
    const { clock } = this.#options;
    return new Promise((resolve) => {
      let timer = clock.after(TIMEOUT_MS, () => {
        timer = clock.after(0, () => resolve({ kind: "late" }));
      });
      work
        .then(
          (value) => resolve({ kind: "answer", value }),
          (error) => resolve({ kind: "failed", reason: describeError(error) }),
        )
        .finally(() => timer.cancel());
    });
  }

  #connected(): void {
    for (const rest of Object.values(this.#rests)) rest.end();
    const { log, onConnected } = this.#options;
    log.info(this.#wasLost ? "replay: redis is connected again" : "replay: redis is connected");
    this.#wasLost = false;
    onConnected();
  }

  #lost(error: Error): void {
    this.#failures.inc();
    this.#wasLost = true;
    this.#options.errors.error("redis_connection", "replay: redis is not connected", {
      error: describeError(error),
    });
  }
}
