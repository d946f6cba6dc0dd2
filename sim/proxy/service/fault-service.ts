// The fault proxy as a service: a proxy before Kafka, one before Redis, and an HTTP server that breaks them on command. When
// it ends, all faults are cleared first. For drills, not for production.

import { hostPortText } from "../../../src/runtime/address.ts";
import type { Clock } from "../../../src/runtime/clock.ts";
import type { HttpServer, ServeHttp } from "../../../src/runtime/http.ts";
import type { Network } from "../../../src/runtime/network.ts";
import type { Random } from "../../../src/runtime/random.ts";
import type { RedisSettings } from "../../../src/stream/redis-settings.ts";
import type { Log } from "../../../src/telemetry/log.ts";
import type { Address } from "../../broker/cluster.ts";
import { FaultBoard, faultsOf } from "../../faults/fault-board.ts";
import type { KafkaNames, LinkName, Stage } from "../../faults/stage.ts";
import { createKafkaFaultProxy, type KafkaFaultProxy } from "../kafka/kafka-proxy.ts";
import { createRedisFaultProxy, type RedisFaultProxy } from "../redis/redis-proxy.ts";
import type { LinkControl } from "../toxic.ts";
import { faultRoutes } from "./fault-routes.ts";

/** What stands before Kafka: where it is, where the proxy listens, and what clients are told instead of that host. */
export interface KafkaFront {
  readonly upstream: Address;
  readonly listen: Address;
  readonly advertisedHost: string | null;
}

export interface RedisFront {
  readonly upstream: RedisSettings;
  readonly listen: Address;
}

export interface FaultServiceOptions {
  readonly network: Network;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly serve: ServeHttp;
  /** `null`: no proxy before it. */
  readonly kafka: KafkaFront | null;
  readonly redis: RedisFront | null;
  /** Where faults are asked for. */
  readonly control: Address;
  /** `null`: only callers on this machine may ask. */
  readonly adminToken: string | null;
  readonly names: KafkaNames;
}

/** Bodies are small and there are no WebSockets. */
const NO_SOCKETS = { maxFrameBytes: 1024, maxBufferedBytes: 1024 } as const;

export class FaultService {
  readonly #options: FaultServiceOptions;
  readonly #kafka: KafkaFaultProxy | null;
  readonly #redis: RedisFaultProxy | null;
  readonly #board: FaultBoard;
  readonly #available: readonly string[];
  #http: HttpServer | null = null;

  constructor(options: FaultServiceOptions) {
    const { kafka, redis, network, clock, random, log } = options;
    const common = { network, clock, random, log };
    this.#options = options;
    this.#kafka = kafka && createKafkaFaultProxy({ ...common, ...kafka });
    this.#redis = redis && createRedisFaultProxy({ ...common, ...redis });
    const stage = stageOf(options, this.#kafka, this.#redis);
    this.#board = new FaultBoard(stage);
    this.#available = faultsOf(stage).map(({ name }) => name);
  }

  /** `host:port` for clients of Kafka; `null` without a proxy before it. */
  get bootstrap(): string | null {
    return this.#kafka?.bootstrap ?? null;
  }

  /** `host:port` for clients of Redis; `null` without a proxy before it. */
  get redis(): string | null {
    return this.#redis && hostPortText(this.#redis);
  }

  /** `host:port` of the HTTP server; `null` until it was started. */
  get control(): string | null {
    return this.#http && hostPortText({ host: this.#options.control.host, port: this.#http.port });
  }

  /** @throws DashstreamError `port_in_use` or `listen_failed`; nothing is left open then */
  async start(): Promise<void> {
    const { serve, control, adminToken, log } = this.#options;
    try {
      await this.#kafka?.start();
      await this.#redis?.start();
      const app = faultRoutes({ board: this.#board, available: this.#available, adminToken, log });
      this.#http = await serve({
        hostname: control.host,
        port: control.port,
        fetch: (request, context) => app.fetch(request, context),
        ...NO_SOCKETS,
      });
    } catch (error) {
      await this.#close();
      throw error;
    }
    const { bootstrap: kafka, redis } = this;
    log.warn("fault proxy: for drills, not for production", { kafka, redis, control: this.control });
  }

  /**
   * Clears all faults, then ends all connections.
   * @returns how many faults were in force
   * @throws DashstreamError `invariant` if one could not be cleared
   */
  async stop(): Promise<number> {
    this.#http?.stopAccepting();
    try {
      const { length: count } = await this.#board.close();
      if (count > 0) this.#options.log.warn("all faults cleared", { count });
      return count;
    } finally {
      await this.#close();
    }
  }

  async #close(): Promise<void> {
    await Promise.all([this.#http?.stop(), this.#kafka?.stop(), this.#redis?.stop()]);
  }
}

function stageOf(
  { clock, random, log, names }: FaultServiceOptions,
  kafka: KafkaFaultProxy | null,
  redis: RedisFaultProxy | null,
): Stage {
  const links = new Map<LinkName, LinkControl>();
  if (kafka) links.set("kafka", kafka);
  if (redis) links.set("redis", redis);
  return {
    clock,
    random,
    log,
    kafka: names,
    broker: kafka,
    redis,
    links,
    traffic: null,
    clients: null,
    components: null,
    discovery: null,
  };
}
