// The two servers that the suite runs against, under one interface.

import { createRedisServer } from "../../../../sim/redis/server.ts";
import { systemClock } from "../../../../src/runtime/clock.ts";
import { systemNetwork } from "../../../../src/runtime/network.ts";
import { startRedis } from "../../../support/redis/start-redis.ts";

export interface Target {
  readonly host: string;
  readonly port: number;
  /** As a crash: connections are cut and the port is closed. */
  down(): Promise<void>;
  up(): Promise<void>;
  stop(): Promise<void>;
}

export type StartTarget = (options?: { readonly password?: string }) => Promise<Target>;

export const startEmbedded: StartTarget = async (options = {}) => {
  const server = createRedisServer({ network: systemNetwork, clock: systemClock, ...options });
  await server.start();
  return server;
};

export const startReal: StartTarget = async (options) => {
  const redis = await startRedis(options);
  const { host, port, stop } = redis;
  return { host, port, down: () => redis.kill(), up: () => redis.restart(), stop };
};
