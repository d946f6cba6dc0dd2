// A proxy before a real Redis that breaks on command, with the rules of the embedded one. Without rules it changes nothing.
// For drills, not for production.

import type { Clock } from "../../../src/runtime/clock.ts";
import type { Network, StreamSocket } from "../../../src/runtime/network.ts";
import { type Random, seededRandom } from "../../../src/runtime/random.ts";
import type { RedisSettings } from "../../../src/stream/redis-settings.ts";
import { type Log, silentLog } from "../../../src/telemetry/log.ts";
import type { ControlRule } from "../../control/rules.ts";
import {
  type ControlAction,
  type ControlFilter,
  type ControlledCommand,
  Controls,
  type RedisControl,
} from "../../redis/control.ts";
import type { LinkControl, Toxic } from "../toxic.ts";
import { ToxicEndpoint } from "../toxic-endpoint.ts";
import { proxyConnection } from "./connection.ts";
import { type EvictionOptions, evictKeys } from "./eviction.ts";

export interface RedisFaultProxyOptions {
  readonly network: Network;
  readonly clock: Clock;
  /** For the jitter of toxics, and for connecting again. */
  readonly random?: Random;
  readonly log?: Log;
  /** Where the real Redis is. Clients log in themselves; user and password are for evicting keys. */
  readonly upstream: RedisSettings;
  /** Port 0 picks a free one. Clients connect without TLS. */
  readonly listen: { readonly host: string; readonly port: number };
}

/** What is done to its connections, and to what passes on them. */
export interface RedisFaultProxy extends RedisControl, LinkControl {
  readonly host: string;
  /** Known once it was started, and the same from then on. */
  readonly port: number;
  /** Listens; Redis need not be there yet. @throws DashstreamError `port_in_use` or `listen_failed` */
  start(): Promise<void>;
  /** Cuts all connections and stops listening; rules and toxics stay. */
  stop(): Promise<void>;
}

export function createRedisFaultProxy(options: RedisFaultProxyOptions): RedisFaultProxy {
  return new ProxiedRedis(options);
}

class ProxiedRedis implements RedisFaultProxy {
  readonly #options: RedisFaultProxyOptions;
  readonly #endpoint: ToxicEndpoint;
  readonly #controls = new Controls();
  readonly #eviction: EvictionOptions;

  constructor(options: RedisFaultProxyOptions) {
    const { network, clock, upstream, random = seededRandom(0) } = options;
    this.#options = options;
    this.#endpoint = new ToxicEndpoint(options);
    this.#eviction = { settings: upstream, network, clock, random };
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

  start(): Promise<void> {
    return this.up();
  }

  stop(): Promise<void> {
    return this.down();
  }

  up(): Promise<void> {
    return this.#endpoint.up((socket) => this.#serve(socket));
  }

  down(): Promise<void> {
    return this.#endpoint.down();
  }

  add(toxic: Toxic): ControlRule {
    return this.#endpoint.add(toxic);
  }

  control(
    command: string,
    decide: (command: ControlledCommand) => ControlAction,
    filter: ControlFilter = {},
  ): ControlRule {
    return this.#controls.add(command, decide, filter);
  }

  evict(isVictim: (key: string) => boolean): Promise<void> {
    return evictKeys(this.#eviction, isVictim);
  }

  #serve(client: StreamSocket): () => void {
    const { network, clock, upstream, log = silentLog } = this.#options;
    return proxyConnection(client, { network, clock, log, upstream, controls: this.#controls });
  }
}
