// From the option table to the limits of one client.

import type { Config } from "../../config/options.ts";
import type { SessionLimits } from "./session-context.ts";

const HIGH_WATER_BYTES = 1024 * 1024;

export function sessionLimits(config: Config): SessionLimits {
  return {
    highWaterBytes: HIGH_WATER_BYTES,
    slowThreshold: config.slowClientDisconnectThreshold,
    slowWindowSecs: config.slowClientLagWindowSecs,
    stallTimeoutMs: config.websocketStallTimeoutSecs * 1000,
    replayTimeoutMs: config.replayTimeoutSecs * 1000,
    maxLagRecords: config.websocketMaxClientLag,
    replayMaxRecords: config.replayMaxTotal,
    closeGraceMs: config.websocketSendTimeoutSecs * 1000,
  };
}
