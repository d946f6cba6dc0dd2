// What limits per tenant cost: checks of this process, and round trips to a real Redis beside a bare pipeline of the
// same script. One JSON line for each measurement.

import { Redis } from "ioredis";
import { systemClock } from "../../src/runtime/clock.ts";
import { systemNetwork } from "../../src/runtime/network.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { type SharedBuckets, TenantRateLimiter } from "../../src/stream/index.ts";
import { createStreamMetrics } from "../../src/stream/seams.ts";
import { bucketKey, TAKE_TOKENS_DIGEST, TAKE_TOKENS_SCRIPT } from "../../src/stream/tenant-bucket-script.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import { requireReal } from "../support/real-components.ts";
import { startRedis } from "../support/redis/start-redis.ts";
import { report } from "./child.ts";
import { type Cost, measured } from "./cost.ts";

const TENANTS = 100;
/** As many records as a slice of the pipeline has. */
const SLICE_RECORDS = 500;
const LOCAL_CHECKS = 5_000_000;
const LOCAL_SLICES = 20_000;
const REDIS_SLICES = 2_000;
const ROUNDS = 3;
/** Never used up, so that nothing but the checks is measured. */
const LIMIT = { messagesPerSecond: 1e9, burstCapacity: 1e9 };

const tenants = Array.from({ length: TENANTS }, (_, i) => `tenant-${i}`);
const slice = new Map(tenants.map((id) => [id, SLICE_RECORDS / TENANTS]));

function limiter(redis?: SharedBuckets): TenantRateLimiter {
  return new TenantRateLimiter({
    limit: LIMIT,
    clock: systemClock,
    metrics: createStreamMetrics(redis ? { rate_limit_redis: true } : {}),
    log: silentLog,
    ...(redis ? { redis } : {}),
  });
}

const faster = (best: Cost | null, cost: Cost) =>
  best === null || cost.seconds < best.seconds ? cost : best;

const local = limiter();
const checkAll = () => {
  for (let i = 0; i < LOCAL_CHECKS; i++) void local.check(tenants[i % TENANTS] ?? "");
};
const takeSlices = () => {
  for (let i = 0; i < LOCAL_SLICES; i++) void local.takeAll(slice);
};
checkAll();
report({ what: "checks", units: LOCAL_CHECKS, ...(await measured(checkAll)) });
takeSlices();
report({ what: "slices", units: LOCAL_SLICES * SLICE_RECORDS, ...(await measured(takeSlices)) });

const availability = requireReal("redis-server");
if (availability.available) {
  const server = await startRedis();
  const settings = { host: server.host, port: server.port };
  const shared = limiter({ settings, network: systemNetwork, random: seededRandom(1), timeoutMs: 10_000 });
  const bare = new Redis(settings);
  await bare.script("LOAD", TAKE_TOKENS_SCRIPT);
  const connected = () => shared.state.store === "redis" && shared.state.connected;
  while (!connected()) await bare.ping();
  const throughLimiter = async () => {
    for (let i = 0; i < REDIS_SLICES; i++) await shared.takeAll(slice);
  };
  const throughPipeline = async () => {
    for (let i = 0; i < REDIS_SLICES; i++) {
      const pipeline = bare.pipeline();
      for (const [id, count] of slice) {
        pipeline.evalsha(TAKE_TOKENS_DIGEST, 1, bucketKey(id), count, 1e9, 1e9, "some", 3600);
      }
      await pipeline.exec();
    }
  };
  // In turn, so that a drift of the machine's speed meets both.
  let [limited, piped]: [Cost | null, Cost | null] = [null, null];
  for (let round = 0; round < ROUNDS; round++) {
    piped = faster(piped, await measured(throughPipeline));
    limited = faster(limited, await measured(throughLimiter));
  }
  const units = REDIS_SLICES * TENANTS;
  report({ what: "bare pipeline", units, ...piped });
  report({ what: "redis", units, ...limited });
  shared.close();
  bare.disconnect();
  await server.stop();
} else {
  report({ what: "no redis", reason: availability.reason });
}
