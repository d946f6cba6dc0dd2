// Dropping keys of a real Redis, as one does that has no memory left: all keys of all its databases are looked at, page by
// page, on a connection of its own.

import { DashstreamError } from "../../../src/errors.ts";
import {
  createRedisClient,
  type RedisClient,
  type RedisClientOptions,
} from "../../../src/stream/redis-client.ts";

export type EvictionOptions = Pick<RedisClientOptions, "settings" | "network" | "clock" | "random">;

/** How long connecting may take. */
const CONNECT_WAIT_MS = 5_000;
/** Keys that are looked at in one go. */
const PAGE_SIZE = 1_000;

/**
 * Deletes the keys that `isVictim` names; it gets their bytes as a text with one unit each, as the embedded Redis does.
 * @throws DashstreamError `redis_unreachable`
 */
export async function evictKeys(options: EvictionOptions, isVictim: (key: string) => boolean): Promise<void> {
  const client = await connected(options);
  try {
    const databases = (await client.commands.info("keyspace")).matchAll(/^db(\d+):/gm);
    for (const [, database] of databases) {
      await client.commands.select(Number(database));
      await evictFrom(client.commands, isVictim);
    }
  } catch (cause) {
    throw new DashstreamError("redis_unreachable", "keys of Redis could not be dropped", { cause });
  } finally {
    client.close();
  }
}

async function evictFrom(
  commands: RedisClient["commands"],
  isVictim: (key: string) => boolean,
): Promise<void> {
  let cursor = "0";
  do {
    const [next, keys] = await commands.scanBuffer(cursor, "COUNT", PAGE_SIZE);
    const victims = keys.filter((key) => isVictim(key.toString("latin1")));
    if (victims.length > 0) await commands.unlink(...victims);
    cursor = String(next);
  } while (cursor !== "0");
}

function connected(options: EvictionOptions): Promise<RedisClient> {
  const { clock, settings } = options;
  return new Promise((resolve, reject) => {
    let problem: DashstreamError | null = null;
    const client = createRedisClient({
      ...options,
      name: "dashstream-fault-proxy",
      onConnected() {
        timer.cancel();
        resolve(client);
      },
      onConnectionError(error) {
        problem = error;
      },
    });
    const timer = clock.after(CONNECT_WAIT_MS, () => {
      client.close();
      const text = `no connection to Redis at ${settings.host}:${settings.port} in ${CONNECT_WAIT_MS} ms`;
      reject(problem ?? new DashstreamError("redis_unreachable", text));
    });
  });
}
