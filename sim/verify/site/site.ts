// The whole system in virtual time, and everything that can be broken about it: broker, Redis, the three components,
// producers, clients, and what Prometheus has scraped of it.

import { TELEMETRY_TOPIC } from "../../../src/config/site-names.ts";
import { DashstreamError } from "../../../src/errors.ts";
import { SeriesStore } from "../../../src/promql/series-store.ts";
import type { Log } from "../../../src/telemetry/log.ts";
import { type Broker, createBroker } from "../../broker/broker.ts";
import { kafkaNames } from "../../faults/kafka-names.ts";
import type {
  ClientsControl,
  ComponentName,
  ComponentsControl,
  DiscoveryControl,
  LinkName,
  Stage,
  TrafficControl,
} from "../../faults/stage.ts";
import type { FaultProxy } from "../../proxy/proxy.ts";
import { createRedisServer, type RedisServer } from "../../redis/server.ts";
import type { Scenario } from "../../scenarios/scenario.ts";
import type { VirtualWorld } from "../virtual-world.ts";
import { commandedClients, healthyClient } from "./clients.ts";
import type { Component } from "./component.ts";
import { COMPONENT_KINDS, createComponents } from "./components.ts";
import { openLinks, PORTS } from "./links.ts";
import { createSiteProducer, type SiteProducer } from "./producer.ts";
import { Scraper, type ScrapeTarget } from "./scraper.ts";
import { labelsOfTarget, type TargetLabels } from "./target-labels.ts";

export interface SiteOptions {
  readonly world: VirtualWorld;
  readonly scenario: Scenario;
  /** Proxies stand between the components, Kafka and Redis. */
  readonly proxied: boolean;
  readonly log: Log;
  /** Besides `job` and `instance`, or instead of them. */
  readonly targetLabels: TargetLabels;
  readonly scrapeIntervalMs: number;
}

const HOST = "127.0.0.1";
const NAMES = kafkaNames(TELEMETRY_TOPIC);
/** As the compose stack sets it, so that oversized values reach the server instead of failing in the producer. */
const TOPIC_DEFAULTS = { "max.message.bytes": String(12 * 1024 * 1024) };
/** Prometheus' default. */
const SCRAPE_TIMEOUT_MS = 10_000;

interface SiteParts {
  readonly broker: Broker;
  readonly redis: RedisServer | null;
  readonly links: ReadonlyMap<LinkName, FaultProxy> | null;
}

/** Nothing runs yet but broker, Redis and proxies. */
export async function openSite(options: SiteOptions): Promise<Site> {
  const { world, scenario, proxied } = options;
  const { network, clock, random } = world;
  const broker = createBroker({
    network,
    clock,
    random,
    autoCreateTopics: false,
    ports: [PORTS.kafka],
    topicDefaults: TOPIC_DEFAULTS,
    ...(proxied ? { advertised: () => ({ host: HOST, port: PORTS.kafkaProxy }) } : {}),
  });
  await broker.start();
  broker.createTopic(NAMES.topic, { partitions: scenario.partitions });
  broker.createTopic(NAMES.dlqTopic);
  broker.createTopic(NAMES.libraryDlqTopic);
  const redis = scenario.redis ? createRedisServer({ network, clock, port: PORTS.redis }) : null;
  await redis?.start();
  const links = proxied ? await openLinks(world, scenario) : null;
  return new Site(options, { broker, redis, links });
}

export class Site implements Stage {
  readonly #options: SiteOptions;
  readonly #components: ReadonlyMap<ComponentName, Component>;
  readonly #withdrawn = new Set<ComponentName>();
  readonly #producer: SiteProducer;
  readonly #scraper: Scraper;
  readonly kafka = NAMES;
  /** What was scraped. */
  readonly store = new SeriesStore();
  readonly broker: Broker;
  readonly redis: RedisServer | null;
  readonly links: ReadonlyMap<LinkName, FaultProxy> | null;
  readonly traffic: TrafficControl;
  readonly clients: ClientsControl;
  readonly components: ComponentsControl;
  readonly discovery: DiscoveryControl;

  constructor(options: SiteOptions, { broker, redis, links }: SiteParts) {
    const { world, scenario, log } = options;
    this.#options = options;
    this.broker = broker;
    this.redis = redis;
    this.links = links;
    const brokers = `${HOST}:${links ? PORTS.kafkaProxy : PORTS.kafka}`;
    const redisUrl = `redis://${HOST}:${links ? PORTS.redisProxy : PORTS.redis}`;
    const env = {
      // Long polls: requests are what virtual time costs most for.
      KAFKA_FETCH_MAX_WAIT_MS: "1500",
      KAFKA_BROKERS: brokers,
      ...(redis ? { REDIS_URL: redisUrl } : {}),
      ...scenario.env,
    };
    const components = createComponents({ world, log, env, envOf: scenario.env_of });
    this.#components = new Map(components.map((component) => [component.name, component]));
    this.#producer = createSiteProducer({
      world,
      log,
      brokers: [brokers],
      topic: NAMES.topic,
      traffic: scenario.traffic,
    });
    this.traffic = this.#producer.director;
    this.clients = commandedClients(world, this.#streamUrl);
    this.components = {
      kill: (name) => this.#component(name).kill(),
      stop: (name) => this.#component(name).stop(),
      start: (name) => this.#component(name).start(),
    };
    this.discovery = {
      withdraw: (name) => void this.#withdrawn.add(name),
      restore: (name) => this.#withdrawn.delete(name),
    };
    this.#scraper = this.#createScraper();
  }

  get clock() {
    return this.#options.world.clock;
  }

  get random() {
    return this.#options.world.random;
  }

  get log(): Log {
    return this.#options.log;
  }

  /** Texts of `/metrics` that could not be read. */
  get unreadable(): readonly string[] {
    return [...this.#scraper.unreadable];
  }

  /** Starts everything. Components join their groups in their own time. */
  async start(): Promise<void> {
    const { world, scenario } = this.#options;
    for (const component of this.#components.values()) await component.start();
    for (let i = 0; i < scenario.clients; i++) healthyClient(world, this.#streamUrl);
    await this.#producer.start();
  }

  /** From now on everything is scraped, first at once. */
  observe(): void {
    this.#scraper.start();
  }

  get #streamUrl(): string {
    return `ws://${HOST}:${this.#component("websocket-server").port}/ws`;
  }

  #component(name: ComponentName): Component {
    const component = this.#components.get(name);
    if (component) return component;
    throw new DashstreamError("invariant", `there is no component ${name}`);
  }

  #createScraper(): Scraper {
    const { world, targetLabels, scrapeIntervalMs, scenario } = this.#options;
    const own = COMPONENT_KINDS.map((kind) => ({ ...kind, given: labelsOfTarget(targetLabels, kind.name) }));
    const further = scenario.also_scraped.flatMap(({ job, component }) =>
      // Other programs of the site: what is said of the component is not said of them.
      own.filter(({ name }) => name === component).map((kind) => ({ ...kind, job, given: targetLabels.all })),
    );
    const targets = [...own, ...further].map(
      ({ name, job, port, given }): ScrapeTarget => ({
        labels: { job, instance: `dashstream-${name}:${port}`, ...given },
        isKnown: () => !this.#withdrawn.has(name),
        scrape: async () => {
          const response = await world.http.request(`http://${HOST}:${port}/metrics`);
          return response.ok ? response.text() : null;
        },
      }),
    );
    return new Scraper({
      clock: world.clock,
      store: this.store,
      targets,
      intervalMs: scrapeIntervalMs,
      timeoutMs: SCRAPE_TIMEOUT_MS,
    });
  }
}
