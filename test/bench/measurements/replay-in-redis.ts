// What it costs the server to write replay to Redis besides, and what it costs Redis.

import { Redis } from "ioredis";
import { requireReal } from "../../support/real-components.ts";
import { startRedis } from "../../support/redis/start-redis.ts";
import { bareConsumer, startAppliance, startBroker } from "../parties.ts";
import type { Results } from "../results.ts";

/** Redis would be full of more. */
const MAX_RECORDS = 300_000;

export async function replayInRedis(results: Results, most: number): Promise<void> {
  const availability = requireReal("redis-server");
  if (!availability.available) return results.note(`replay in Redis: not measured, ${availability.reason}`);
  const records = Math.min(most, MAX_RECORDS);
  const bare = await bareConsumer(records);
  const [broker, server] = await Promise.all([startBroker(), startRedis()]);
  const redis = new Redis({ host: server.host, port: server.port });
  const { child } = await startAppliance(broker.bootstrap, {
    REDIS_URL: `redis://${server.host}:${server.port}`,
  });
  const before = await usedCpuSeconds(redis);
  child.tell(`measure ${records} 0`);
  await child.next();
  await broker.append("fill", records);
  const { seconds, cpuSeconds, unwritten } = await child.next();
  const cost = { units: records, seconds: Number(seconds) };
  results.row({ name: "bare kafkajs eachBatch, as many", ...bare });
  results.row({
    name: "appliance, replay in Redis",
    ...cost,
    cpuSeconds: Number(cpuSeconds),
    baseline: { by: "cpu", cost: bare },
    goal: "15",
  });
  results.row({
    name: "its Redis",
    ...cost,
    cpuSeconds: (await usedCpuSeconds(redis)) - before,
  });
  results.note(
    `records that went without a copy in Redis because it was too slow: ${unwritten} of ${records} (read as fast as possible)`,
  );
  redis.disconnect();
  await Promise.all([child.stop(), broker.stop()]);
  await server.stop();
}

async function usedCpuSeconds(redis: Redis): Promise<number> {
  const info = await redis.info("cpu");
  const seconds = (name: string) => Number(new RegExp(`${name}:([\\d.]+)`).exec(info)?.[1]);
  return seconds("used_cpu_user") + seconds("used_cpu_sys");
}
