// What tests of `dashstream drill` share: files that it reads, and a Prometheus and a Kafka that let it begin.

import { afterAll, afterEach } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drillCommand } from "../../src/cli/drill.ts";
import { serveBun } from "../../src/runtime/serve-bun.ts";
import { group, rule } from "../sim/drill/prometheus-answers.ts";
import { startEmbeddedBroker } from "../support/embedded-broker.ts";
import { runCommand } from "./cli-rig.ts";

const FILES: Readonly<Record<string, string>> = {
  "rules.yml": "groups:\n- name: g\n  rules:\n  - { alert: Lag, expr: lag > 10 }\n",
  "calm.yaml": `name: calm
summary: Nothing breaks.
clients: 0
traffic: { rate: 1, threads: 1 }
warm_up: 1m
faults: []
hold: 30s
settle: 0s
expect: []
`,
  "slow.yaml": `name: slow
summary: Redis is slow.
faults: [{ fault: redis-latency }]
hold: 5m
expect: [{ alert: Lag }]
`,
};
/** Rules of `FILES`, which have no virtual run to compare with. */
export const OWN = ["--rules", "rules.yml", "--no-compare"];

/** Reads one of `FILES`. */
export function readFile(path: string): string {
  const text = FILES[path];
  if (text === undefined) throw new Error(`ENOENT: no such file, open '${path}'`);
  return text;
}

export function run(...args: readonly string[]) {
  return runCommand([drillCommand], ["drill", ...args], { context: { readFile } });
}

interface Answers {
  /** External labels of its configuration. */
  readonly labels?: string;
  /** How long `Lag` must last, in seconds. */
  readonly forS?: number;
  /** Told when it is asked for samples. */
  readonly onSamples?: () => void;
}

/** Servers of one test file; each ends with the test that started it. */
export function drillRig() {
  const folder = mkdtempSync(join(tmpdir(), "dashstream-drill-"));
  const endings: (() => Promise<unknown>)[] = [];

  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Answers as a Prometheus with one rule, one target and no samples does; gives its address. */
  async function startPrometheus({
    labels = '{ safe_to_break: "true" }',
    forS = 0,
    onSamples,
  }: Answers = {}) {
    const target = {
      labels: { job: "dashstream-infrastructure" },
      health: "up",
      scrapeUrl: "",
      scrapeInterval: "",
    };
    const lag = rule(0, [], { duration: forS });
    const answers: Readonly<Record<string, object>> = {
      "status/config": { yaml: `global:\n  external_labels: ${labels}\n` },
      rules: { groups: [group(lag)] },
      targets: { activeTargets: [target] },
      query: { resultType: "matrix", result: [] },
    };
    const server = await serveBun({
      hostname: "127.0.0.1",
      port: 0,
      maxFrameBytes: 1024,
      maxBufferedBytes: 1024,
      fetch: (request) => {
        const asked = new URL(request.url).pathname.replace("/api/v1/", "");
        if (asked === "query") onSamples?.();
        const data = answers[asked];
        return data === undefined
          ? new Response(null, { status: 404 })
          : Response.json({ status: "success", data });
      },
    });
    endings.push(() => server.stop());
    return `http://127.0.0.1:${server.port}`;
  }

  /** Flags of a Kafka that is there. */
  async function kafkaFlags(): Promise<readonly string[]> {
    const broker = await startEmbeddedBroker();
    endings.push(() => broker.stop());
    broker.createTopic("telemetry", { partitions: 1 });
    return ["--kafka-brokers", broker.bootstrap, "--kafka-topic", "telemetry"];
  }

  /** The address of a Prometheus that is gone again. */
  async function gonePrometheus(): Promise<string> {
    const url = await startPrometheus();
    await endings.pop()?.();
    return url;
  }

  return { folder, startPrometheus, gonePrometheus, kafkaFlags };
}
