// One ioredis client on our seams: its sockets come from our `Network`, reconnecting is ours and never given up, what
// fails shows in one callback, and closing leaves no socket and no timer behind. Redis may be absent at the start.

import { Redis } from "ioredis";
import { DashstreamError } from "../errors.ts";
import type { Clock, Timer } from "../runtime/clock.ts";
import type { Network } from "../runtime/network.ts";
import type { Random } from "../runtime/random.ts";
import { backoffMs } from "./backoff.ts";
import { networkConnector } from "./redis-connector.ts";
import type { RedisSettings } from "./redis-settings.ts";

/** With commands under way and no byte from Redis for so long, the connection is given up and made anew. */
const SILENCE_LIMIT_MS = 5_000;
/** While Redis loads its data it is asked so often whether it is done. */
const LOADING_RETRY_MS = 500;

export interface RedisClientOptions {
  readonly settings: RedisSettings;
  readonly network: Network;
  readonly clock: Clock;
  readonly random: Random;
  /** What `CLIENT LIST` shows. */
  readonly name?: string;
  /** A connection stands and Redis takes commands; `tookMs` since it was dialled. */
  readonly onConnected?: (tookMs: number) => void;
  /** A connection could not be made, or was lost; once for each attempt. Its code is `redis_unreachable`. */
  readonly onConnectionError: (error: DashstreamError) => void;
}

export interface RedisClient {
  /**
   * For commands. While there is no connection they fail at once, when one breaks those under way fail: nothing is
   * queued and nothing is sent twice. Connecting and disconnecting are not the caller's.
   */
  readonly commands: Redis;
  /** Whether commands can be sent now. */
  readonly connected: boolean;
  /** Ends the connection at once; commands under way fail. */
  close(): void;
}

/** Begins to connect at once, and again after each failure: first after 250 ms, later every 5 s at most. */
export function createRedisClient(options: RedisClientOptions): RedisClient {
  return new ReconnectingClient(options);
}

class ReconnectingClient implements RedisClient {
  readonly commands: Redis;
  readonly #options: RedisClientOptions;
  #failures = 0;
  /** Whether this attempt has reported its failure. */
  #reported = false;
  /** Whether this attempt went well to its end. */
  #usable = false;
  #dialledMs = 0;
  #reconnect: Timer | null = null;
  #closed = false;

  constructor(options: RedisClientOptions) {
    const { settings, network, clock, name } = options;
    const { username, password, database } = settings;
    this.#options = options;
    this.commands = new Redis({
      Connector: networkConnector(settings, network, clock),
      lazyConnect: true,
      // Ours, below: that of ioredis takes its time and chance from the machine.
      retryStrategy: () => null,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      socketTimeout: SILENCE_LIMIT_MS,
      maxLoadingRetryTime: LOADING_RETRY_MS,
      // Answers of the third version have nothing that is needed here, and older servers do not speak it.
      protocol: 2,
      disableClientInfo: true,
      ...(name ? { connectionName: name } : {}),
      ...(username ? { username } : {}),
      ...(password ? { password } : {}),
      ...(database ? { db: database } : {}),
    });
    this.commands.on("ready", () => this.#ready());
    this.commands.on("error", (error: Error) => this.#failed(error));
    this.commands.on("end", () => this.#ended());
    this.#connect();
  }

  get connected(): boolean {
    return this.#usable && this.commands.status === "ready";
  }

  close(): void {
    this.#closed = true;
    this.#reconnect?.cancel();
    this.#reconnect = null;
    this.commands.disconnect();
  }

  #connect(): void {
    this.#reconnect = null;
    this.#usable = false;
    this.#reported = false;
    this.#dialledMs = this.#options.clock.monotonicMs();
    // What goes wrong comes as events, from every stage of an attempt.
    this.commands.connect().catch(() => {});
  }

  #ready(): void {
    // It said what is wrong and goes on all the same, for example in another database than the one that was asked for.
    if (this.#reported) return this.commands.disconnect(true);
    this.#usable = true;
    this.#failures = 0;
    this.#options.onConnected?.(this.#options.clock.monotonicMs() - this.#dialledMs);
  }

  #failed(cause: Error): void {
    if (this.#closed || this.#reported) return;
    this.#reported = true;
    const { settings, onConnectionError } = this.#options;
    const text = `no connection to Redis at ${settings.host}:${settings.port}`;
    onConnectionError(new DashstreamError("redis_unreachable", text, { cause }));
  }

  #ended(): void {
    if (this.#closed) return;
    const { clock, random } = this.#options;
    this.#failed(new Error("Redis ended the connection"));
    this.#failures++;
    this.#reconnect = clock.after(backoffMs(this.#failures, random), () => this.#connect());
  }
}
