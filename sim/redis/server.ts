// A small Redis for tests: speaks the Redis protocol over the given network, keeps strings,
// hashes and sorted sets in memory with expiry on the given clock, and breaks on command. Not for production: no persistence, no
// replication, no Lua.

import type { Clock, Timer } from "../../src/runtime/clock.ts";
import type { Network } from "../../src/runtime/network.ts";
import { type Log, silentLog } from "../../src/telemetry/log.ts";
import { Endpoint } from "../control/endpoint.ts";
import type { ControlRule } from "../control/rules.ts";
import { type ConnectionContext, serveConnection } from "./connection.ts";
import {
  type ControlAction,
  type ControlFilter,
  type ControlledCommand,
  Controls,
  type RedisControl,
} from "./control.ts";
import { Keyspace } from "./keyspace.ts";
import { type NativeScript, scriptDigest } from "./script.ts";
import { takeTokensScript } from "./scripts/take-tokens.ts";
import { writeReplayScript } from "./scripts/write-replay.ts";

export interface RedisServerOptions {
  readonly network: Network;
  readonly clock: Clock;
  readonly log?: Log;
  /** Address to listen on; default 127.0.0.1. */
  readonly host?: string;
  /** 0 (the default) picks a free one. */
  readonly port?: number;
  /** Clients must log in with it; default: no login. */
  readonly password?: string;
  /** Scripts that clients may run; default: those of this project. */
  readonly scripts?: readonly NativeScript[];
}

export interface RedisServer extends RedisControl {
  readonly host: string;
  /** Known once it was started, and the same from then on. */
  readonly port: number;
  /** `redis://host:port`, without the password. */
  readonly url: string;
  /** @throws DashstreamError `port_in_use` or `listen_failed` */
  start(): Promise<void>;
  /** Ends all connections and timers. */
  stop(): Promise<void>;
  /** As `RedisControl` says; the scripts that were loaded go. */
  down(): Promise<void>;
}

const KNOWN_SCRIPTS: readonly NativeScript[] = [takeTokensScript, writeReplayScript];
const DATABASES = 16;
/** How often expired keys that nobody asks for are dropped. */
const SWEEP_INTERVAL_MS = 10_000;

/** Listens once it is started. */
export function createRedisServer(options: RedisServerOptions): RedisServer {
  return new MemoryRedis(options);
}

class MemoryRedis implements RedisServer {
  readonly #options: RedisServerOptions;
  readonly #endpoint: Endpoint;
  readonly #controls = new Controls();
  readonly #context: ConnectionContext;
  readonly #databases = Array.from({ length: DATABASES }, () => new Keyspace());
  readonly #loadedScripts = new Set<string>();
  #nextClientId = 1;
  #sweep: Timer | null = null;

  constructor(options: RedisServerOptions) {
    const { clock, host = "127.0.0.1", port = 0, password = null, scripts = KNOWN_SCRIPTS } = options;
    this.#options = options;
    this.#endpoint = new Endpoint(host, port);
    this.#context = {
      clock,
      controls: this.#controls,
      log: options.log ?? silentLog,
      server: {
        databases: this.#databases,
        scripts: new Map(scripts.map((script) => [scriptDigest(script.text), script])),
        loadedScripts: this.#loadedScripts,
        password,
      },
    };
  }

  get host(): string {
    return this.#endpoint.host;
  }

  get port(): number {
    return this.#endpoint.port;
  }

  get connectionCount(): number {
    return this.#endpoint.connectionCount;
  }

  get acceptedCount(): number {
    return this.#endpoint.acceptedCount;
  }

  get url(): string {
    return `redis://${this.host}:${this.port}`;
  }

  async start(): Promise<void> {
    await this.up();
    const { clock } = this.#options;
    this.#sweep ??= clock.every(SWEEP_INTERVAL_MS, () => {
      for (const database of this.#databases) database.sweep(clock.nowMs());
    });
  }

  async stop(): Promise<void> {
    this.#sweep?.cancel();
    this.#sweep = null;
    await this.down();
  }

  up(): Promise<void> {
    return this.#endpoint.up(this.#options.network, (socket) =>
      serveConnection(socket, this.#nextClientId++, this.#context),
    );
  }

  down(): Promise<void> {
    this.#loadedScripts.clear();
    return this.#endpoint.down(this.#context.log);
  }

  async evict(isVictim: (key: string) => boolean): Promise<void> {
    for (const database of this.#databases) database.evict((name) => isVictim(String(name)));
  }

  control(
    command: string,
    decide: (command: ControlledCommand) => ControlAction,
    filter: ControlFilter = {},
  ): ControlRule {
    return this.#controls.add(command, decide, filter);
  }
}
