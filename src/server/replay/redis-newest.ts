// The newest record of a partition that Redis holds.

import type { Redis } from "ioredis";
import type { PartitionKeys } from "./redis-keys.ts";

export interface KeptRecord {
  readonly offset: number;
  readonly value: Buffer;
}

/** Values are written in order and expire in order, so what is there is among the last ones, or was deleted by hand. */
const LOOKED_AT = 16;

/** `null` if there is none whose value is still there. */
export async function newestRecord(redis: Redis, keys: PartitionKeys): Promise<KeptRecord | null> {
  const newest = await redis.zrevrange(keys.offsets, 0, LOOKED_AT - 1);
  for (const key of newest) {
    const value = await redis.getBuffer(key);
    const offset = Number(key.slice(keys.valuePrefix.length));
    if (value !== null && key === `${keys.valuePrefix}${offset}`) return { offset, value };
  }
  return null;
}
