// What limits are for: a tenant that floods does not delay another's records. And what they must not do: hold up the
// stream when the Redis that they share does not answer.

import { describe, expect, test } from "bun:test";
import { type Arrival, runTenants, type TenantsRun } from "./tenants-run.ts";

const LIMIT = { TENANT_RATE_LIMIT_PER_SEC: "50", TENANT_RATE_BURST: "100" };
const FLOOD_PER_SECOND = 3_000;
const SECONDS = 30;
/** Virtual time: what has to wait for nothing takes none. */
const PROMPT_MS = 20;

const slowest = (arrivals: readonly Arrival[]) => Math.max(...arrivals.map(({ latencyMs }) => latencyMs));
const metric = ({ metrics }: TenantsRun, series: string) => {
  const line = metrics.split("\n").find((text) => text.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
};

describe("a tenant that sends thousands of records a second", () => {
  test("under a limit delays nobody else: a paced page has the quiet tenant's records at once", async () => {
    const run = await runTenants({ env: LIMIT, floodPerSecond: FLOOD_PER_SECOND, seconds: SECONDS });
    expect(run.quiet).toHaveLength(run.quietProduced);
    expect(slowest(run.quiet)).toBeLessThan(PROMPT_MS);
    expect(run.floodDelivered).toBeWithin(50 * SECONDS, 100 + 50 * (SECONDS + 2));
    // Not delivered is not lost: the page is told of no gap.
    expect(run.gaps).toBe(0);
    const limited = run.floodProduced - run.floodDelivered;
    expect(metric(run, 'dashstream_rate_limit_exceeded_total{tenant_id="flood"}')).toBe(limited);
    expect(metric(run, 'dashstream_rate_limit_exceeded_total{tenant_id="quiet"}')).toBe(0);
    expect(metric(run, 'websocket_kafka_messages_total{status="success"}')).toBe(
      run.floodProduced + run.quietProduced,
    );
    expect(run.health.tenant_limits).toEqual({
      store: "local",
      limited,
      limited_last_120s: limited,
      tenants_over_limit: [{ tenant_id: "flood", limited_last_120s: limited }],
      redis: null,
    });
  }, 60_000);

  test("without a limit does: the page falls ever further behind", async () => {
    const run = await runTenants({ env: {}, floodPerSecond: FLOOD_PER_SECOND, seconds: SECONDS });
    expect(run.quiet.length).toBeLessThan(run.quietProduced / 10);
    expect(slowest(run.quiet)).toBeGreaterThan(10_000);
    expect(run.health).not.toHaveProperty("tenant_limits");
    expect(run.metrics).not.toContain("dashstream_rate_limit_exceeded_total{");
    expect(run.metrics).not.toContain("dashstream_rate_limiter_redis_");
  }, 60_000);
});

describe("with the limits in a Redis", () => {
  const few = { env: LIMIT, floodPerSecond: 200, seconds: SECONDS };

  test("that answers, they are shared and nobody waits", async () => {
    const run = await runTenants({ ...few, redis: () => {} });
    expect(slowest(run.quiet)).toBeLessThan(PROMPT_MS);
    expect(run.floodDelivered).toBeWithin(50 * SECONDS, 100 + 50 * (SECONDS + 2));
    expect(metric(run, 'dashstream_dependency_up{dependency="redis"}')).toBe(1);
    expect(run.health.tenant_limits).toMatchObject({
      store: "redis",
      redis: { connected: true, fallback: false, problem: null },
    });
    expect(metric(run, 'dashstream_rate_limiter_redis_errors_total{operation="fallback_to_local"}')).toBe(0);
  }, 60_000);

  test("that hangs, the stream waits 250 ms once a pause, and each tenant has its limit all the same", async () => {
    const run = await runTenants({
      ...few,
      env: { TENANT_RATE_LIMIT_PER_SEC: "1000" },
      floodPerSecond: 50,
      redis: (redis, { clock }) => {
        clock.after(10_000, () => redis.control("*", () => ({ kind: "hang" })));
      },
    });
    expect(run.quiet).toHaveLength(run.quietProduced);
    const timeouts =
      metric(run, 'dashstream_rate_limiter_redis_errors_total{operation="rate_limit_check_timeout"}') ?? 0;
    expect(timeouts).toBeWithin(3, 12);
    // The page sees each wait, and nothing beside them.
    expect(slowest(run.quiet)).toBeLessThan(250 + PROMPT_MS);
    const delayed = run.quiet.filter(({ latencyMs }) => latencyMs > PROMPT_MS);
    expect(delayed.length).toBeLessThanOrEqual(timeouts * 3);
    expect(run.health.tenant_limits).toMatchObject({ redis: { fallback: true } });
  }, 60_000);

  test("that is gone, limits go on locally, and it shows", async () => {
    const run = await runTenants({ ...few, redis: (redis) => void redis.down() });
    expect(slowest(run.quiet)).toBeLessThan(PROMPT_MS);
    expect(run.floodDelivered).toBeWithin(50 * SECONDS, 100 + 50 * (SECONDS + 2));
    expect(metric(run, 'dashstream_dependency_up{dependency="redis"}')).toBe(0);
    expect(run.health.tenant_limits).toMatchObject({ redis: { connected: false, fallback: true } });
    expect(
      metric(run, 'dashstream_rate_limiter_redis_errors_total{operation="new_connection"}'),
    ).toBeGreaterThan(5);
  }, 60_000);
});
