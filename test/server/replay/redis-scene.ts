// One Redis for a suite, emptied before each test, and the replays over it, which end with the test.

import { afterAll, afterEach, beforeAll, beforeEach } from "bun:test";
import { Redis } from "ioredis";
import type { StartTarget, Target } from "../../sim/redis/conformance/target.ts";
import { eventually } from "../../support/eventually.ts";
import { type RedisRig, redisRig } from "./redis-rig.ts";

export interface RedisScene {
  readonly target: Target;
  /** What an operator has. */
  readonly redis: Redis;
  /** Closed after the test. */
  readonly rigs: RedisRig[];
  /** A replay that is connected. */
  rig(env?: Readonly<Record<string, string>>): Promise<RedisRig>;
}

/** To be called while a suite is declared; its members are there once its tests run. */
export function redisScene(start: StartTarget): RedisScene {
  let target: Target;
  let redis: Redis;
  const rigs: RedisRig[] = [];
  beforeAll(async () => {
    target = await start();
    redis = new Redis({ host: target.host, port: target.port });
  });
  beforeEach(() => redis.flushall());
  afterEach(async () => {
    await Promise.all(rigs.splice(0).map((rig) => rig.close()));
  });
  afterAll(async () => {
    redis.disconnect();
    await target.stop();
  });
  return {
    get target() {
      return target;
    },
    get redis() {
      return redis;
    },
    rigs,
    async rig(env = {}) {
      const created = redisRig({ port: target.port, env });
      rigs.push(created);
      await eventually(() => created.connected);
      return created;
    },
  };
}
