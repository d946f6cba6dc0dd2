import { describe, expect, test } from "bun:test";
import { DashstreamError } from "../../src/errors.ts";
import type { MetricDefinition } from "../../src/telemetry/definition.ts";
import { createMetrics } from "../../src/telemetry/registry.ts";

const components = ["websocket-server"] as const;
const SMALL: readonly MetricDefinition[] = [
  { name: "reads_total", kind: "counter", help: "Reads.", labels: { status: ["ok", "error"] }, components },
  { name: "lag", kind: "gauge", help: "Lag.", labels: { partition: "dynamic" }, components },
  { name: "clients", kind: "gauge", help: "Clients.", components },
  { name: "delay_ms", kind: "histogram", help: "Delay.", buckets: [1, 10], components },
  { name: "cache_hits_total", kind: "counter", help: "Hits.", requires: "redis", components },
];

type Buckets = Readonly<Record<string, readonly number[]>>;

function metricsOf(catalogue = SMALL, buckets: Buckets = {}) {
  return createMetrics({ catalogue, component: "websocket-server", buckets });
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof DashstreamError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "no error";
}

async function linesOf(metrics: ReturnType<typeof metricsOf>, prefix: string): Promise<string[]> {
  return (await metrics.expose(null)).body.split("\n").filter((line) => line.startsWith(prefix));
}

describe("handles", () => {
  test("asking twice gives the same handle, whatever the order of the labels", () => {
    const catalogue: readonly MetricDefinition[] = [
      { name: "x_total", kind: "counter", help: "X.", labels: { a: "dynamic", b: "dynamic" }, components },
    ];
    const metrics = metricsOf(catalogue);
    metrics.counter("x_total", { a: "1", b: "2" }).inc(3);
    expect(metrics.counter("x_total", { b: "2", a: "1" }).value).toBe(3);
    expect(metrics.counter("x_total", { a: "2", b: "1" }).value).toBe(0);
  });

  test("what was counted shows on the next scrape", async () => {
    const metrics = metricsOf();
    metrics.counter("reads_total", { status: "ok" }).inc();
    metrics.counter("reads_total", { status: "ok" }).inc(4);
    metrics.gauge("clients").set(-2.5);
    expect(await linesOf(metrics, "reads_total")).toEqual([
      'reads_total{status="ok"} 5',
      'reads_total{status="error"} 0',
    ]);
    expect(await linesOf(metrics, "clients")).toEqual(["clients -2.5"]);
  });

  test("a histogram counts a value on a bound into that bucket and larger ones into +Inf", async () => {
    const metrics = metricsOf();
    const delay = metrics.histogram("delay_ms");
    delay.observe(1);
    delay.observe(1.5, 10);
    delay.observe(11);
    expect(await linesOf(metrics, "delay_ms")).toEqual([
      'delay_ms_bucket{le="1"} 1',
      'delay_ms_bucket{le="10"} 11',
      'delay_ms_bucket{le="+Inf"} 12',
      "delay_ms_sum 27",
      "delay_ms_count 12",
    ]);
    expect([delay.count, delay.sum]).toEqual([12, 27]);
  });

  test("a gauge read on scrape shows the value of that moment and cannot be set", async () => {
    const metrics = metricsOf();
    let clients = 1;
    const gauge = metrics.gaugeFn("clients", {}, () => clients);
    clients = 7;
    expect(await linesOf(metrics, "clients")).toEqual(["clients 7"]);
    expect(metrics.gauge("clients").value).toBe(7);
    expect(codeOf(() => gauge.set(1))).toStartWith("invariant");
  });

  test("a removed series is gone from the scrape and starts anew when asked for again", async () => {
    const metrics = metricsOf();
    metrics.gauge("lag", { partition: "3" }).set(9);
    metrics.gauge("lag", { partition: "4" }).set(8);
    metrics.remove("lag", { partition: "3" });
    expect(await linesOf(metrics, "lag")).toEqual(['lag{partition="4"} 8']);
    expect(metrics.gauge("lag", { partition: "3" }).value).toBe(0);
  });

  test("label values are escaped", async () => {
    const metrics = metricsOf();
    metrics.gauge("lag", { partition: 'a"b\\c\nd' }).set(1);
    expect(await linesOf(metrics, "lag")).toEqual([String.raw`lag{partition="a\"b\\c\nd"} 1`]);
  });
});

test("buckets of a histogram can be replaced when the metrics are made", async () => {
  const metrics = metricsOf(SMALL, { delay_ms: [0, 5] });
  metrics.histogram("delay_ms").observe(5);
  expect(await linesOf(metrics, "delay_ms_bucket")).toEqual([
    'delay_ms_bucket{le="0"} 0',
    'delay_ms_bucket{le="5"} 1',
    'delay_ms_bucket{le="+Inf"} 1',
  ]);
});

describe("a wrong use is a defect and says so", () => {
  const metrics = metricsOf();
  test.each([
    ["a name that is not in the catalogue", () => metrics.counter("writes_total"), "writes_total is not in"],
    [
      "a metric of a feature that is off",
      () => metrics.counter("cache_hits_total"),
      "cache_hits_total is not",
    ],
    ["another kind", () => metrics.gauge("delay_ms"), "delay_ms is a histogram"],
    ["a missing label", () => metrics.counter("reads_total"), "label status is undefined"],
    [
      "a value outside the closed set",
      () => metrics.counter("reads_total", { status: "init" }),
      'status is "init", expected one of ok, error',
    ],
    ["a label too many", () => metrics.gauge("clients", { x: "1" }), "labels are x, expected none"],
    [
      "a counter going down",
      () => metrics.counter("reads_total", { status: "ok" }).inc(-1),
      "cannot grow by -1",
    ],
    ["NaN in a histogram", () => metrics.histogram("delay_ms").observe(Number.NaN), "cannot observe NaN"],
    [
      "removing a series that always exists",
      () => metrics.remove("reads_total", { status: "ok" }),
      "always exist",
    ],
    [
      "buckets of a gauge",
      () => metricsOf(SMALL, { clients: [1] }),
      "clients is a gauge, which has no buckets",
    ],
    ["buckets of nothing", () => metricsOf(SMALL, { writes_ms: [1] }), "writes_ms is not in the catalogue"],
    ["a name twice in the catalogue", () => metricsOf([...SMALL, ...SMALL]), "is in the catalogue twice"],
  ])("%s", (_what, run, expected) => {
    const outcome = codeOf(run);
    expect(outcome).toStartWith("invariant: ");
    expect(outcome).toContain(expected);
  });
});
