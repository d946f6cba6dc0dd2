// How fast one client that reads a backlog is served from each tier, beside a bare kafkajs consumer of as many records.

import { requireReal } from "../../support/real-components.ts";
import { startRedis } from "../../support/redis/start-redis.ts";
import { startChild } from "../child.ts";
import { bareConsumer, startAppliance, startBroker } from "../parties.ts";
import type { Measured, Results } from "../results.ts";
import type { ReplayProtocol } from "../verified-stream.ts";

const MAX_RECORDS = 100_000;
/** Appended at a time, so that Redis gets a copy of each. */
const CHUNK = 10_000;
/** The memory of a server whose clients are further behind than it goes. */
const SMALL_MEMORY = { REPLAY_BUFFER_MEMORY_SIZE: "1000" };

type Settings = Readonly<Record<string, string>>;

export async function replayRates(results: Results, most: number): Promise<void> {
  const records = Math.min(most, MAX_RECORDS);
  const bare = await bareConsumer(records);
  results.row({ name: `bare kafkajs eachBatch, ${records} records`, ...bare });
  const tier = async (name: string, settings: Settings) => {
    for (const { protocol, cost } of await replays(records, settings)) {
      const row = `replay to one client from ${name}, ${protocol}`;
      results.row({ name: row, ...cost, baseline: { by: "cpu", cost: bare } });
    }
  };
  await tier("memory", { REPLAY_BUFFER_MEMORY_SIZE: String(2 * records) });
  const availability = requireReal("redis-server");
  if (availability.available) {
    const redis = await startRedis();
    await tier("Redis", {
      ...SMALL_MEMORY,
      REDIS_URL: `redis://${redis.host}:${redis.port}`,
      REDIS_MAX_SEQUENCES: String(2 * records),
      // What Redis went without would come from Kafka unseen.
      REPLAY_KAFKA_ENABLED: "false",
    });
    await redis.stop();
  } else results.note(`replay from Redis: not measured, ${availability.reason}`);
  await tier("Kafka", SMALL_MEMORY);
}

/** The same backlog to a client of each protocol, one after the other. */
async function replays(
  records: number,
  settings: Settings,
): Promise<readonly { readonly protocol: ReplayProtocol; readonly cost: Measured }[]> {
  const broker = await startBroker();
  // The second client must not find in the cache what the first one had read.
  const { child, port } = await startAppliance(broker.bootstrap, {
    ...settings,
    REPLAY_CACHE_BYTES: "1048576",
  });
  for (let appended = 0; appended < records; appended += CHUNK) {
    const count = Math.min(CHUNK, records - appended);
    child.tell(`measure ${count} 0`);
    await child.next();
    await broker.append("fill", count);
    await child.next();
  }
  const runs: { readonly protocol: ReplayProtocol; readonly cost: Measured }[] = [];
  for (const protocol of ["original", "dashstream.v2"] as const) {
    const client = startChild("replay-clients.ts", port, protocol, 1, records, 0, records);
    child.tell("begin");
    await child.next();
    client.tell("go");
    const { seconds } = await client.next();
    child.tell("figures");
    const { cpuSeconds } = await child.next();
    runs.push({
      protocol,
      cost: { units: records, seconds: Number(seconds), cpuSeconds: Number(cpuSeconds) },
    });
    await client.stop();
  }
  await Promise.all([child.stop(), broker.stop()]);
  return runs;
}
