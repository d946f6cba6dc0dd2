// A small stack in virtual time for whole drills: an embedded broker for the traffic, and a Prometheus, services, targets and
// a fault proxy that do what the test says and write down what was asked of them.

import { createBroker } from "../../../sim/broker/broker.ts";
import type { DrillOptions } from "../../../sim/drill/drill.ts";
import type { PrometheusApi, TargetStatus } from "../../../sim/drill/prometheus-api.ts";
import { defineScenario, type Scenario, type ScenarioInput } from "../../../sim/scenarios/scenario.ts";
import { runVirtual, type VirtualWorld } from "../../../sim/verify/virtual-world.ts";
import { DashstreamError } from "../../../src/errors.ts";
import { DEFAULT_KAFKA_SETTINGS } from "../../../src/stream/kafka-settings.ts";
import { silentLog } from "../../../src/telemetry/log.ts";
import { group, instance, rule, START_MS } from "./prometheus-answers.ts";

/** What is wrong with the stack, as the test sets it; each is looked at when it is asked for. */
export interface Site {
  /** Names of alerts that fire, and since when, in milliseconds since the epoch. */
  readonly firing: Map<string, number>;
  /** Jobs that Prometheus scrapes, with what is wrong with each; "" = nothing. */
  readonly jobs: Map<string, string>;
  /** Calls that fail, by their texts, as in `asked`. */
  readonly broken: Set<string>;
  /** Faults of the fault proxy that nobody goes through. */
  readonly bypassed: Set<string>;
}

export interface DrillRig extends Site {
  readonly world: VirtualWorld;
  /** What was asked of services, targets and the fault proxy, in order. */
  readonly asked: string[];
  readonly options: DrillOptions;
  readonly interruption: AbortController;
  /** Lets time pass until a drill is over. */
  over<T>(drill: Promise<T>): Promise<T>;
}

/** Of a drill of some scenarios: each waits for a quiet stack for at most twenty minutes. */
const LIMIT_MS = 4 * 3_600_000;
const TOPIC = "telemetry";

/** What is asked at the end of each drill, in order. */
export const CLEANED = [
  "clear all",
  "restore websocket-server",
  "restore quality-monitor",
  "restore exporter",
];

/** Redis is slow, and `Lag` tells of it. */
export function slowRedis(parts: Partial<ScenarioInput> = {}): Scenario {
  return defineScenario({
    name: "slow-redis",
    summary: "Redis is slow.",
    clients: 0,
    traffic: { rate: 1, tenants: 1, threads: 1 },
    warm_up: "30s",
    faults: [{ fault: "redis-latency" }],
    hold: "2m",
    settle: "2m",
    expect: [{ alert: "Lag" }],
    ...parts,
  });
}

/** Plays `live` on a stack of its own, on which a slow Redis raises `Lag`. */
export function onStack(live: (rig: DrillRig) => Promise<void>): Promise<void> {
  return runVirtual({ seed: 1, startMs: START_MS }, async (world) => {
    const { clock, random, network } = world;
    const broker = createBroker({ network, clock, random });
    await broker.start();
    broker.createTopic(TOPIC, { partitions: 1 });
    const site = {
      firing: new Map(),
      jobs: new Map([["dashstream-infrastructure", ""]]),
      broken: new Set<string>(),
      bypassed: new Set<string>(),
    };
    const asked: string[] = [];
    const call = (text: string) => {
      asked.push(text);
      if (site.broken.has(text)) throw new DashstreamError("storage_failed", `${text} failed`);
    };
    const interruption = new AbortController();
    const options: DrillOptions = {
      scenarios: [slowRedis()],
      scale: 1,
      known: new Map([["Lag", {}]]),
      prometheus: scriptedPrometheus(site, clock.nowMs.bind(clock)),
      ...scriptedReach(site, call, clock.nowMs.bind(clock)),
      env: {},
      notifications: null,
      alertmanager: null,
      notifyWithinMs: 120_000,
      kafka: { ...DEFAULT_KAFKA_SETTINGS, brokers: [broker.bootstrap] },
      topic: TOPIC,
      server: { host: "127.0.0.1", port: 3002 },
      serverUrl: "http://localhost:3002/",
      clock,
      random,
      network,
      log: silentLog,
      signal: interruption.signal,
    };
    const over = <T>(drill: Promise<T>) => clock.settle(drill, LIMIT_MS);
    await live({ ...site, world, asked, options, interruption, over });
    await world.outcome(broker.stop());
  });
}

function scriptedPrometheus({ firing, jobs }: Site, nowMs: () => number): PrometheusApi {
  const seconds = (ms: number) => (ms - START_MS) / 1000;
  return {
    url: "http://prometheus:9090",
    async rules() {
      const alerts = [...firing].map(([alertname, sinceMs]) => ({ alertname, sinceMs }));
      const own = (name: string) =>
        alerts
          .filter(({ alertname }) => alertname === name)
          .map(({ sinceMs }) => instance("firing", seconds(sinceMs), { alertname: name }));
      return [
        group(...["Lag", "Other"].map((name) => rule(seconds(nowMs()), own(name), { name, duration: 0 }))),
      ];
    },
    targets: async () =>
      [...jobs].map(
        ([job, lastError]): TargetStatus => ({
          labels: { job },
          discoveredLabels: {},
          health: lastError === "" ? "up" : "down",
          lastError,
          scrapeUrl: `http://${job}/metrics`,
          scrapeInterval: "15s",
        }),
      ),
    config: async () => `scrape_configs: [${[...jobs.keys()].map((job) => `{job_name: ${job}}`).join(", ")}]`,
    gives: async () => true,
    samples: async () => [],
  };
}

function scriptedReach(
  { firing, bypassed }: Site,
  call: (text: string) => void,
  nowMs: () => number,
): Pick<DrillOptions, "services" | "discovery" | "remote"> {
  return {
    services: {
      kill: async (name) => call(`kill ${name}`),
      stop: async (name) => call(`stop ${name}`),
      start: async (name) => call(`start ${name}`),
      configure: async (name, env) => call(`configure ${name} ${JSON.stringify(env)}`),
    },
    discovery: {
      withdraw: (name) => call(`withdraw ${name}`),
      restore(name) {
        call(`restore ${name}`);
        return false;
      },
    },
    remote: {
      async apply(fault) {
        call(`apply ${fault}`);
        if (!bypassed.has(fault)) firing.set("Lag", nowMs());
        return {
          async clear() {
            call(`clear ${fault}`);
            firing.delete("Lag");
          },
          hits: () => (bypassed.has(fault) ? 0 : 1),
        };
      },
      active: async () => [],
      clearAll: async () => {
        call("clear all");
        return [];
      },
    },
  };
}
