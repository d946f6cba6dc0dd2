// The stack that the runbook is tried on: real components as processes, rules that run sixty times faster, traffic that can
// be broken, and a proxy before Kafka and one before Redis.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { KafkaComponent } from "../../../compose/processes/kafka/releases.ts";
import { volumePath } from "../../../compose/processes/places/paths.ts";
import type { Stack } from "../../../compose/processes/stack.ts";
import { startStack } from "../../../compose/processes/start-stack.ts";
import { type PrometheusApi, prometheusApi } from "../../../sim/drill/prometheus-api.ts";
import { connectRaw } from "../../../sim/drill/raw-client.ts";
import { type StackTraffic, startTraffic } from "../../../sim/drill/stack-traffic.ts";
import type { RunningFault } from "../../../sim/faults/fault.ts";
import { parseFaultParams } from "../../../sim/faults/faults.ts";
import { need, type Stage } from "../../../sim/faults/stage.ts";
import { createKafkaFaultProxy } from "../../../sim/proxy/kafka/kafka-proxy.ts";
import { createRedisFaultProxy } from "../../../sim/proxy/redis/redis-proxy.ts";
import type { ControlledCommand } from "../../../sim/redis/control.ts";
import type { TrafficSource } from "../../../sim/traffic/thread.ts";
import { ruleFile } from "../../../src/alerts/rule-file.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { systemNetwork } from "../../../src/runtime/network.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { DEFAULT_KAFKA_SETTINGS } from "../../../src/stream/kafka-settings.ts";
import { silentLog } from "../../../src/telemetry/log.ts";
import { outcomeOf } from "../../support/child-process.ts";

export const SCALE = 60;
const SCRAPE_INTERVAL_MS = 250;
const LOOPBACK = "127.0.0.1";
const KAFKA_PROXY_PORT = 19_092;
const REDIS_PROXY_PORT = 16_379;

export const SERVER = "dashstream-websocket-server";
export const MONITOR = "dashstream-quality-monitor";
export const EXPORTER = "dashstream-prometheus-exporter";
export const KAFKA = "dashstream-kafka";
export const REDIS = "dashstream-redis";
const SERVICES = { "websocket-server": SERVER, "quality-monitor": MONITOR, exporter: EXPORTER } as const;

/** What the server limits tenants to; others have TENANT_RATE_LIMIT_PER_SEC. */
export const LIMITED_TENANT = "acme";
export const TENANT_LIMIT = { messages_per_second: 20, burst_capacity: 60 };

type Limits = Readonly<Record<string, typeof TENANT_LIMIT>>;

export type Environment = Readonly<Record<string, string>>;

export class Site {
  readonly stack: Stack;
  readonly prometheus: PrometheusApi;
  /** What only the situation knows, for placeholders and checks. */
  readonly facts = new Map<string, string>();
  readonly #faults: RunningFault[] = [];
  readonly #stage: Stage;
  readonly #traffic: StackTraffic;
  readonly #proxies: readonly { stop(): Promise<void> }[];

  constructor(
    stack: Stack,
    traffic: StackTraffic,
    stage: Stage,
    proxies: readonly { stop(): Promise<void> }[],
  ) {
    this.stack = stack;
    this.#traffic = traffic;
    this.#stage = stage;
    this.#proxies = proxies;
    const timeout = () => AbortSignal.timeout(5_000);
    const url = `http://${stack.addressOf("dashstream-prometheus", 9090)}`;
    this.prometheus = prometheusApi(url, { named: { flag: "Prometheus", url }, fetch, timeout });
  }

  get traffic(): StackTraffic["control"] {
    return this.#traffic.control;
  }

  get random(): Stage["random"] {
    return this.#stage.random;
  }

  get clock(): Stage["clock"] {
    return this.#stage.clock;
  }

  /** Applies a fault of the simulator; what it does lasts until `mend`. */
  async break(name: string, params: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const checked = parseFaultParams(name, params);
    this.#faults.push(await checked.fault.apply(this.#stage, checked.params));
  }

  /** Redis answers through its proxy so many milliseconds late, each command by itself, until `mend`. */
  delayRedis(delayMs: (command: ControlledCommand) => number): void {
    const rule = need(this.#stage, "redis").control("*", (command) => ({
      kind: "delay",
      delayMs: delayMs(command),
    }));
    this.#faults.push({ hits: () => rule.hits, clear: async () => rule.remove() });
  }

  /** Clears all faults. */
  async mend(): Promise<void> {
    for (const fault of this.#faults.splice(0)) await fault.clear();
  }

  /** Sends records beside the usual traffic; resolves when Kafka has them. */
  async send(source: TrafficSource, count: number): Promise<void> {
    await this.traffic.burst(source, count);
  }

  /** Runs one of Kafka's own tools, not as a block does. Resolves with what it printed. */
  kafkaTool(name: string, ...args: readonly string[]): Promise<string> {
    return run(join(this.stack.toolsDir, name), "--bootstrap-server", `${LOOPBACK}:9092`, ...args);
  }

  redis(...args: readonly string[]): Promise<string> {
    return run("redis-cli", ...args);
  }

  /** Limits of single tenants, in the file that the server reads. */
  writeLimits(limits: Limits): void {
    writeLimits(this.stack.dir, limits);
  }

  /** Names of the alerts that are pending or fire now; `null` if Prometheus does not answer. */
  async alerts(): Promise<{
    readonly active: ReadonlySet<string>;
    readonly firing: ReadonlySet<string>;
  } | null> {
    const groups = await this.prometheus.rules().catch(() => null);
    if (groups === null) return null;
    const alerts = groups.flatMap(({ rules }) =>
      rules.flatMap((rule) =>
        rule.type === "alerting" ? rule.alerts.map(({ state }) => ({ name: rule.name, state })) : [],
      ),
    );
    const firing = alerts.filter(({ state }) => state === "firing");
    return {
      active: new Set(alerts.map(({ name }) => name)),
      firing: new Set(firing.map(({ name }) => name)),
    };
  }

  async stop(): Promise<void> {
    await this.#traffic.stop();
    for (const proxy of this.#proxies) await proxy.stop();
    await this.stack.down();
  }
}

async function run(...command: readonly string[]): Promise<string> {
  const child = Bun.spawn([...command], { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const { code, stdout, stderr } = await outcomeOf(child);
  if (code !== 0) throw new Error(`${command.join(" ")} failed: ${stdout}${stderr}`);
  return stdout;
}

/** Limits of tenants, on the volume of the server. */
const LIMITS_FILE = "tenant-limits.json";

function writeLimits(dir: string, limits: Limits): void {
  const folder = volumePath(dir, "server-state");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, LIMITS_FILE), JSON.stringify(limits));
}

export interface SiteOptions {
  /** State folder of the stack. */
  readonly dir: string;
  readonly kafka: KafkaComponent;
  /** The executable of the services; `null`: its sources. */
  readonly binary: string | null;
  /** Told what happens, a sentence at a time. */
  readonly say: (line: string) => void;
}

/** At the ports of the runbook. @throws DashstreamError `port_in_use` if one of them is taken */
export async function openSite({ dir, kafka: release, binary, say }: SiteOptions): Promise<Site> {
  const parts = { network: systemNetwork, clock: systemClock, random: seededRandom(1) };
  const listen = (port: number) => ({ host: LOOPBACK, port });
  const kafka = createKafkaFaultProxy({
    ...parts,
    listen: listen(KAFKA_PROXY_PORT),
    upstream: listen(29_092),
  });
  const redis = createRedisFaultProxy({ ...parts, listen: listen(REDIS_PROXY_PORT), upstream: listen(6379) });
  for (const proxy of [kafka, redis]) await proxy.start();
  writeLimits(dir, { [LIMITED_TENANT]: TENANT_LIMIT });
  const stack = await startStack({
    dir,
    say,
    kafka: release,
    binary,
    profiles: [],
    // It ends with the namespace that it lives in; services that stand-ins start are nobody's children.
    isTied: false,
    scrapeIntervalMs: SCRAPE_INTERVAL_MS,
    rules: ruleFile({ scale: SCALE }),
    env: environmentOf(),
  });
  const traffic = await startTraffic(
    { traffic: { rate: 20, tenants: 3, threads: 4 }, clients: 1 },
    {
      ...parts,
      log: silentLog,
      settings: { ...DEFAULT_KAFKA_SETTINGS, brokers: [`${LOOPBACK}:9092`] },
      topic: "dashstream-quality",
      streamUrl: `ws://${LOOPBACK}:3002/ws`,
    },
  );
  const stage: Stage = {
    ...parts,
    log: silentLog,
    kafka: {
      topic: "dashstream-quality",
      dlqTopic: "dashstream-quality-dlq",
      libraryDlqTopic: "dashstream-dlq",
      serverGroup: "websocket-server-v4",
    },
    traffic: traffic.control,
    broker: kafka,
    redis,
    links: null,
    clients: { connect: () => connectRaw({ ...parts, target: listen(3002), path: "/ws" }) },
    components: {
      kill: (name) => stack.kill(SERVICES[name]),
      stop: async (name) => void (await stack.stop(SERVICES[name])),
      start: (name) => stack.start(SERVICES[name]),
    },
    discovery: null,
  };
  return new Site(stack, traffic, stage, [kafka, redis]);
}

/** Variables that lead services by way of the proxies, where Kafka or Redis is to be broken. */
export const BY_KAFKA_PROXY: Environment = { KAFKA_BROKERS: `${LOOPBACK}:${KAFKA_PROXY_PORT}` };
export const BY_REDIS_PROXY: Environment = { REDIS_URL: `redis://${LOOPBACK}:${REDIS_PROXY_PORT}` };

/** Figures that fit rules which run faster. */
function environmentOf(): Readonly<Record<string, Environment>> {
  return {
    [SERVER]: {
      KAFKA_LAG_CHECK_INTERVAL_SECS: "1",
      TENANT_RATE_LIMIT_PER_SEC: "100",
      TENANT_RATE_LIMIT_STORE: "redis",
      TENANT_RATE_LIMITS_FILE: `/var/lib/dashstream/${LIMITS_FILE}`,
    },
    // After a crash the broker waits for the end of its own session.
    [KAFKA]: { KAFKA_BROKER_SESSION_TIMEOUT_MS: "2000", KAFKA_BROKER_HEARTBEAT_INTERVAL_MS: "500" },
  };
}
