import { describe, expect, test } from "bun:test";
import { CATALOGUE } from "../../src/telemetry/catalogue.ts";
import { createMetrics } from "../../src/telemetry/registry.ts";

const TEXT = "text/plain; version=0.0.4; charset=utf-8";
const OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

function freshMetrics() {
  return createMetrics({
    catalogue: CATALOGUE,
    component: "websocket-server",
    with: { redis: true, rate_limit_redis: true, replica_writer: true, tracing: true },
  });
}

describe("content negotiation of a scrape", () => {
  test.each([
    ["no Accept header", null, TEXT],
    ["an empty Accept header", "", TEXT],
    ["curl", "*/*", TEXT],
    ["a browser", "text/html,application/xhtml+xml,*/*;q=0.8", TEXT],
    [
      "Prometheus 2",
      "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
      OPEN_METRICS,
    ],
    [
      "plain text preferred",
      "application/openmetrics-text;version=1.0.0;q=0.2,text/plain;version=0.0.4;q=0.9",
      TEXT,
    ],
    ["OpenMetrics alone", "application/openmetrics-text", OPEN_METRICS],
    ["OpenMetrics refused by q=0", "application/openmetrics-text;q=0, text/plain", TEXT],
    [
      "a version that does not exist yet",
      "application/openmetrics-text;version=9.0.0,text/plain;q=0.1",
      TEXT,
    ],
    ["capital letters", "Application/OpenMetrics-Text; Version=1.0.0", OPEN_METRICS],
    ["garbage", ";;,,q=x;=", TEXT],
  ])("%s", async (_who, accept, expected) => {
    expect((await freshMetrics().expose(accept)).contentType).toBe(expected);
  });
});

describe("the two formats", () => {
  test("OpenMetrics ends with # EOF, and its counter families go without _total while the samples keep it", async () => {
    const { body } = await freshMetrics().expose("application/openmetrics-text");
    expect(body).toEndWith("\n# EOF\n");
    expect(body).toContain("# TYPE dashstream_sequence_gaps counter\ndashstream_sequence_gaps_total 0\n");
  });

  test("one format does not spoil the other", async () => {
    const metrics = freshMetrics();
    const before = await metrics.expose(null);
    await metrics.expose("application/openmetrics-text");
    expect(await metrics.expose(null)).toEqual(before);
  });

  test("the trace of an observed value stands at its bucket in OpenMetrics, and nowhere in plain text", async () => {
    const metrics = freshMetrics();
    const plain = (await metrics.expose(null)).body;
    const latency = metrics.histogram("websocket_e2e_latency_ms", { stage: "producer_to_client" });
    latency.exemplify(7, "a".repeat(32), 1_700_000_000_125);
    latency.exemplify(8, "b".repeat(32), 1_700_000_000_250);
    latency.exemplify(400_000, "c".repeat(32), 1_700_000_000_375);
    expect((await metrics.expose(null)).body).toBe(plain);
    const { body } = await metrics.expose("application/openmetrics-text");
    expect(body.split("\n").filter((line) => line.includes(" # "))).toEqual([
      `websocket_e2e_latency_ms_bucket{stage="producer_to_client",le="10"} 0 # {trace_id="${"b".repeat(32)}"} 8 1700000000.25`,
      `websocket_e2e_latency_ms_bucket{stage="producer_to_client",le="+Inf"} 0 # {trace_id="${"c".repeat(32)}"} 400000 1700000000.375`,
    ]);
  });

  test("no two metrics share a family name in OpenMetrics", async () => {
    const { body } = await freshMetrics().expose("application/openmetrics-text");
    const families = [...body.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    expect(new Set(families).size).toBe(families.length);
    expect(families.length).toBe(
      CATALOGUE.filter(({ components }) => components.includes("websocket-server")).length,
    );
  });
});
