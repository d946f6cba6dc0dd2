// From a latency to its trace: a real Prometheus scrapes the real server and keeps the trace ids of its latencies.

import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { event } from "../server/pipeline-rig.ts";
import { startAppliance } from "../support/appliance.ts";
import { ended, spawnTied } from "../support/child-process.ts";
import { startEmbeddedBroker } from "../support/embedded-broker.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { prometheus3Path } from "../support/promtool3.ts";
import { describeReal } from "../support/real-components.ts";

const TOPIC = "telemetry";
const TRACE = "0af7651916cd43dd8448eb211c80319c";
const QUERY = "query=websocket_e2e_latency_ms_bucket&start=0&end=9999999999";

describeReal("prometheus3", "exemplars", () => {
  test("Prometheus keeps the trace id of a latency, by its stage", async () => {
    const [broker, collector] = await Promise.all([startEmbeddedBroker(), startOtlpReceiver()]);
    broker.createTopic(TOPIC);
    const running = await startAppliance({
      brokers: broker.bootstrap,
      topic: TOPIC,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.address, OTEL_TRACES_SAMPLER_ARG: "1" },
    });
    const prometheus = await startPrometheus(new URL(running.url).host);
    const value = event("run-1", 1, { timestampUs: BigInt(Date.now() - 30) * 1000n });
    const traceparent = Buffer.from(`00-${TRACE}-b7ad6b7169203331-01`);
    const headers = [{ key: "traceparent", value: traceparent }];
    broker.append(TOPIC, 0, [{ timestampMs: 0, key: null, value, headers }]);
    await eventually(async () => (await prometheus.exemplars()).length > 0);
    const [found] = await prometheus.exemplars();
    expect(found?.seriesLabels.stage).toBe("producer_to_consumer");
    expect(found?.exemplars.map(({ labels }) => labels)).toEqual([{ trace_id: TRACE }]);
    await prometheus.stop();
    await running.stop();
    await Promise.all([broker.stop(), collector.stop()]);
  }, 60_000);
});

interface FoundExemplars {
  readonly seriesLabels: Readonly<Record<string, string>>;
  readonly exemplars: readonly { readonly labels: Readonly<Record<string, string>> }[];
}

/** One that scrapes a single target, with its data in a folder of its own. */
async function startPrometheus(target: string) {
  const dir = mkdtempSync(join(tmpdir(), "dashstream-prometheus-"));
  const address = `127.0.0.1:${await freePort()}`;
  const config = {
    global: { scrape_interval: "1s" },
    scrape_configs: [{ job_name: "server", static_configs: [{ targets: [target] }] }],
  };
  writeFileSync(join(dir, "prometheus.yml"), JSON.stringify(config));
  const flags = [
    `--config.file=${join(dir, "prometheus.yml")}`,
    `--storage.tsdb.path=${join(dir, "data")}`,
    `--web.listen-address=${address}`,
    "--enable-feature=exemplar-storage",
    "--log.level=error",
  ];
  const child = spawnTied([prometheus3Path() ?? "prometheus", ...flags], { cwd: dir, stdio: "ignore" });
  const url = `http://${address}/api/v1/query_exemplars?${QUERY}`;
  return {
    /** None as long as it is not ready. */
    async exemplars(): Promise<readonly FoundExemplars[]> {
      if (child.exitCode !== null) throw new Error(`Prometheus ended with ${child.exitCode}`);
      const response = await fetch(url).catch(() => null);
      return response?.ok ? (await response.json()).data : [];
    },
    async stop(): Promise<void> {
      child.kill("SIGTERM");
      await ended(child);
      rmSync(dir, { recursive: true });
    },
  };
}
