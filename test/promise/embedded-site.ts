// The site in virtual time: the embedded broker and Redis, memory for a network, and a seed for everything.

import { type Broker, createBroker } from "../../sim/broker/broker.ts";
import type { ControlRule } from "../../sim/control/rules.ts";
import { createRedisServer, type RedisServer } from "../../sim/redis/server.ts";
import type { VirtualWorld } from "../../sim/verify/virtual-world.ts";
import type { NewRecord } from "../../src/kafka-protocol/records.ts";
import type { ClientKind } from "./schedule.ts";
import type { RedisChange, Site } from "./site.ts";

const PAGE = "https://page.example";
const FIRST_PORT = 3_102;
const TOPIC = "promise";
/** Longer than anything waits for Redis. */
const EVICTED_SHARE = 0.3;
const SLOW_MS = 20_000;
/** After this time nothing that was ended may have a timer left. */
const LEAK_CHECK_MS = 60_000;

export class EmbeddedSite implements Site {
  readonly #world: VirtualWorld;
  readonly #broker: Broker;
  #redis: RedisServer | null;
  #slowness: ControlRule | null = null;
  #redisIsUp = true;
  readonly topic = TOPIC;
  readonly env: Readonly<Record<string, string>>;

  private constructor(world: VirtualWorld, broker: Broker, redis: RedisServer | null) {
    this.#world = world;
    this.#broker = broker;
    this.#redis = redis;
    this.env = { KAFKA_BROKERS: broker.bootstrap, ...(redis ? { REDIS_URL: redis.url } : {}) };
  }

  static async open(world: VirtualWorld, options: { readonly redis: boolean }): Promise<EmbeddedSite> {
    const { network, clock, random } = world;
    const broker = createBroker({ network, clock, random, autoCreateTopics: false });
    await broker.start();
    broker.createTopic(`${TOPIC}-dlq`);
    const redis = options.redis ? createRedisServer({ network, clock }) : null;
    await redis?.start();
    return new EmbeddedSite(world, broker, redis);
  }

  get clock() {
    return this.#world.clock;
  }

  get random() {
    return this.#world.random;
  }

  get network() {
    return this.#world.network;
  }

  get serve() {
    return this.#world.http.serve;
  }

  port(index: number): number {
    return FIRST_PORT + index;
  }

  webSocket(kind: ClientKind) {
    const { http } = this.#world;
    return kind === "page" ? http.pageWebSocket(PAGE) : http.WebSocket;
  }

  async createTopic(partitions: number): Promise<void> {
    this.#broker.createTopic(TOPIC, { partitions });
  }

  async deleteTopic(): Promise<void> {
    this.#broker.deleteTopic(TOPIC);
  }

  async addPartition(): Promise<void> {
    this.#broker.addPartitions(TOPIC, 1);
  }

  async append(partition: number, records: readonly NewRecord[], control: boolean): Promise<number> {
    return this.#broker.append(TOPIC, partition, records, { control });
  }

  async trim(partition: number, offset: number): Promise<void> {
    this.#broker.trim(TOPIC, partition, offset);
  }

  kafka(up: boolean): Promise<void> {
    return this.outcome(up ? this.#broker.up() : this.#broker.down());
  }

  async redis(what: RedisChange): Promise<void> {
    const redis = this.#redis;
    if (!redis) return;
    if (what === "slow") {
      this.#slowness ??= redis.control("*", () => ({ kind: "delay", delayMs: SLOW_MS }));
      return;
    }
    if (what === "prompt") {
      this.#slowness?.remove();
      this.#slowness = null;
      return;
    }
    if (what === "evict") return redis.evict(() => this.random.next() < EVICTED_SHARE);
    if (what === "wipe") return this.#wipe(redis);
    if (this.#redisIsUp === (what === "up")) return;
    this.#redisIsUp = what === "up";
    await this.outcome(this.#redisIsUp ? redis.up() : redis.down());
  }

  /** It was restarted, and had kept nothing. */
  async #wipe(redis: RedisServer): Promise<void> {
    await this.outcome(redis.stop());
    const { network, clock } = this.#world;
    this.#slowness = null;
    this.#redis = createRedisServer({ network, clock, port: redis.port });
    await this.#redis.start();
    this.#redisIsUp = true;
  }

  pass(ms: number): Promise<void> {
    return this.#world.advance(ms);
  }

  outcome<T>(promise: Promise<T>): Promise<T> {
    return this.#world.outcome(promise);
  }

  async close(): Promise<void> {
    await this.outcome(this.#broker.stop());
    if (this.#redis) await this.outcome(this.#redis.stop());
    await this.pass(LEAK_CHECK_MS);
    const left = this.#world.clock.pendingCount;
    if (left > 0) throw new Error(`${left} timers are left after everything was ended`);
  }
}
