// A quiet tenant and one that floods, in virtual time: broker, appliance with limits, and a paced web page that watches.

import { createBroker } from "../../../sim/broker/broker.ts";
import { createRedisServer, type RedisServer } from "../../../sim/redis/server.ts";
import { runVirtual, type VirtualWorld } from "../../../sim/verify/virtual-world.ts";
import { connectStream } from "../../../src/client/index.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { Appliance } from "../../../src/server/appliance.ts";
import { silentLog } from "../../../src/telemetry/log.ts";
import { event } from "../../server/pipeline-rig.ts";

/** One record of the quiet tenant as the page got it. */
export interface Arrival {
  readonly producedMs: number;
  readonly latencyMs: number;
}

export interface TenantsRun {
  /** Of the quiet tenant's records, in the order in which they arrived. */
  readonly quiet: readonly Arrival[];
  readonly quietProduced: number;
  readonly floodDelivered: number;
  readonly floodProduced: number;
  /** Gaps that the page was told of. */
  readonly gaps: number;
  readonly metrics: string;
  readonly health: Readonly<Record<string, unknown>>;
}

export interface TenantsRunOptions {
  readonly env: Readonly<Record<string, string>>;
  /** Records a second of the tenant that floods. */
  readonly floodPerSecond: number;
  readonly seconds: number;
  /** Present: a Redis is there, and this is done to it while time goes on. */
  readonly redis?: (redis: RedisServer, world: VirtualWorld) => void;
}

const TOPIC = "telemetry";
const QUIET_INTERVAL_MS = 100;
const FLOOD_INTERVAL_MS = 20;
const PAGE = "https://console.example";
const BUILD = { version: "0.0.0", gitSha: "unknown", buildDate: "unknown", runtime: "virtual" };

export function runTenants(options: TenantsRunOptions): Promise<TenantsRun> {
  return runVirtual({ seed: 1, startMs: Date.UTC(2026, 0, 1) }, async (world) => {
    const { clock, random, network, http } = world;
    const broker = createBroker({ network, clock, random });
    await broker.start();
    broker.createTopic(TOPIC);
    const redis = options.redis ? createRedisServer(world) : null;
    await redis?.start();
    const { config } = loadConfig({
      env: {
        KAFKA_BROKERS: broker.bootstrap,
        KAFKA_TOPIC: TOPIC,
        WEBSOCKET_PORT: "0",
        WEBSOCKET_ALLOWED_ORIGINS: PAGE,
        EXPECTED_SCHEMAS_PATH: "/nonexistent/expected-schemas.json",
        ...(redis === null ? {} : { TENANT_RATE_LIMIT_STORE: "redis", REDIS_URL: redis.url }),
        ...options.env,
      },
      flags: {},
      readFile: () => "",
    });
    const appliance = new Appliance({
      config,
      clock,
      random,
      network,
      log: silentLog,
      serve: http.serve,
      build: BUILD,
    });
    await appliance.start();
    await world.advance(2_000);

    const producedMs = new Map<number, number>();
    const quiet: Arrival[] = [];
    let floodDelivered = 0;
    let gaps = 0;
    const url = `http://127.0.0.1:${appliance.address.port}`;
    const stream = connectStream({
      url: `${url.replace("http", "ws")}/ws`,
      from: "latest",
      protocol: "v1",
      WebSocket: http.pageWebSocket(PAGE),
      clock,
      random,
      onRecord({ offset }) {
        const since = producedMs.get(offset);
        if (since === undefined) floodDelivered++;
        else quiet.push({ producedMs: since, latencyMs: clock.nowMs() - since });
      },
      onGap: () => gaps++,
    });
    await world.advance(1_000);
    if (redis !== null) options.redis?.(redis, world);

    const numbers = { quiet: 0, flood: 0 };
    const produce = (tenantId: "quiet" | "flood") => {
      const timestampMs = clock.nowMs();
      const value = event(tenantId, ++numbers[tenantId], { tenantId, timestampUs: timestampMs * 1000 });
      const offset = broker.append(TOPIC, 0, [{ timestampMs, key: Buffer.from(tenantId), value }]);
      if (tenantId === "quiet") producedMs.set(offset, timestampMs);
    };
    const perTick = (options.floodPerSecond * FLOOD_INTERVAL_MS) / 1_000;
    const ticks = [
      clock.every(QUIET_INTERVAL_MS, () => produce("quiet")),
      clock.every(FLOOD_INTERVAL_MS, () => {
        for (let i = 0; i < perTick; i++) produce("flood");
      }),
    ];
    await world.advance(options.seconds * 1_000);
    for (const tick of ticks) tick.cancel();
    await world.advance(1_000);

    const body = async (path: string) =>
      world.outcome((await world.outcome(http.request(`${url}${path}`))).text());
    const result = { metrics: await body("/metrics"), health: JSON.parse(await body("/health")) };
    stream.close();
    await world.outcome(appliance.stop());
    await world.outcome(broker.stop());
    if (redis !== null) await world.outcome(redis.stop());
    return {
      ...result,
      quiet,
      quietProduced: numbers.quiet,
      floodDelivered,
      floodProduced: numbers.flood,
      gaps,
    };
  });
}
