// Deleting keys by their beginning. What could not be deleted in time is said, never passed over.

import type { Redis } from "ioredis";
import { describeError } from "../../errors.ts";
import type { Clock } from "../../runtime/clock.ts";

/** How deleting ended. */
export interface Cleared {
  /** Whether nothing is left of what was there at the start. */
  readonly complete: boolean;
  readonly deletedKeys: number;
  /** Why it is not complete. */
  readonly reason: string | null;
}

const KEYS_AT_ONCE = 100;

/** Deletes all keys that match, for as long as `timeoutMs` at most. `pattern` is one of Redis. Never rejects. */
export async function deleteMatching(
  redis: Redis,
  pattern: string,
  clock: Clock,
  timeoutMs: number,
): Promise<Cleared> {
  const progress = { deletedKeys: 0, isOver: false };
  const walk = walkKeys(redis, pattern, progress).then(
    () => null,
    (error) => describeError(error),
  );
  const reason = await new Promise<string | null>((resolve) => {
    const timer = clock.after(timeoutMs, () => resolve(`not done within ${timeoutMs} ms`));
    void walk.then(resolve).finally(() => timer.cancel());
  });
  progress.isOver = true;
  return { complete: reason === null, deletedKeys: progress.deletedKeys, reason };
}

async function walkKeys(
  redis: Redis,
  pattern: string,
  progress: { deletedKeys: number; readonly isOver: boolean },
): Promise<void> {
  let cursor = "0";
  do {
    const [next, keys] = await redis.scan(cursor, "MATCH", pattern, "COUNT", KEYS_AT_ONCE);
    if (progress.isOver) return;
    if (keys.length > 0) progress.deletedKeys += await redis.unlink(...keys);
    cursor = next;
  } while (cursor !== "0" && !progress.isOver);
}
