// A tenant's bucket in Redis: a hash with what was left and when that was, and the one script that changes it. The
// script takes the time from Redis, so that clocks of clients do not matter, and runs as a whole, so that checks of
// several processes never see the same token. Needs Redis 5 or newer.

import { createHash } from "node:crypto";
import type { RateLimit } from "./token-bucket.ts";

/** `all`: every token that is wanted or none. `some`: as many as are there. */
export type TakeMode = "all" | "some";

/**
 * `KEYS[1]` the bucket; `ARGV` tokens wanted, capacity, tokens a second, mode, seconds to keep the key. Gives the
 * tokens granted. A clock that goes back neither removes tokens nor makes any: counting goes on from the new time.
 * A bucket that is not there is full; asking it for nothing leaves it that way.
 */
export const TAKE_TOKENS_SCRIPT = `
local wanted, capacity, rate = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'last_refill')
local tokens, last = tonumber(bucket[1]), tonumber(bucket[2])
if tokens == nil or last == nil then
  if wanted == 0 then return 0 end
  tokens, last = capacity, now
end
tokens = math.min(capacity, tokens + math.max(0, now - last) * rate)
local granted = math.min(wanted, math.floor(tokens))
if ARGV[4] == 'all' and granted < wanted then granted = 0 end
redis.call('HSET', KEYS[1],
  'tokens', string.format('%.17g', tokens - granted), 'last_refill', string.format('%.17g', now))
redis.call('EXPIRE', KEYS[1], ARGV[5])
return granted
`;

/** Under this name Redis knows the script once it was loaded. */
export const TAKE_TOKENS_DIGEST = createHash("sha1").update(TAKE_TOKENS_SCRIPT).digest("hex");

/** A bucket is kept for at least an hour after its last use. */
const MIN_KEEP_SECONDS = 3_600;
/** A century, for buckets that never fill up again. */
const MAX_KEEP_SECONDS = 100 * 365 * 86_400;

/**
 * How long a bucket must be kept: a key that expires before its bucket is full again would make tokens, because a
 * bucket that is not there counts as full.
 */
export function keepSeconds({ messagesPerSecond, burstCapacity }: RateLimit): number {
  const untilFull = messagesPerSecond > 0 ? Math.ceil(burstCapacity / messagesPerSecond) : MAX_KEEP_SECONDS;
  return Math.min(Math.max(untilFull, MIN_KEEP_SECONDS), MAX_KEEP_SECONDS);
}

/** Not escaped: the ends are fixed, so different tenants have different keys whatever their ids are. */
export function bucketKey(tenantId: string): string {
  return `rate_limit:${tenantId}:bucket`;
}
