// Ring and hub by themselves, without pipeline and tiers, for what is measured of the way to clients alone.

import { systemClock } from "../../src/runtime/clock.ts";
import { Ring } from "../../src/server/ring.ts";
import { Hub } from "../../src/server/sessions/hub.ts";
import { recordDescriber } from "../../src/server/sessions/record-details.ts";
import { sessionMetrics } from "../../src/server/sessions/session-metrics.ts";
import { CATALOGUE } from "../../src/telemetry/catalogue.ts";
import { createMetrics } from "../../src/telemetry/registry.ts";

/** A client that loses a record makes the measurement void: then it throws. */
export function benchHub(highWaterBytes = 1024 * 1024): { readonly hub: Hub; readonly ring: Ring } {
  const ring = new Ring({ maxRecords: 50_000, maxBytes: 64 * 1024 * 1024 });
  const hub = new Hub({
    session: {
      ring,
      pages: { request: () => () => {}, forget: () => {} },
      oldest: () => 0,
      describe: recordDescriber(1_048_576),
      threads: { lastSequences: () => [], firstAfter: () => Promise.resolve(null), scanRecords: 0 },
      clearTiers: () => Promise.resolve(true),
      partitionsKnown: () => true,
      clock: systemClock,
      metrics: sessionMetrics(createMetrics({ catalogue: CATALOGUE, component: "websocket-server" })),
      limits: {
        highWaterBytes,
        slowThreshold: 0,
        slowWindowSecs: 60,
        stallTimeoutMs: 60_000,
        replayTimeoutMs: 60_000,
        maxLagRecords: 100_000,
        replayMaxRecords: 0,
        closeGraceMs: 5000,
      },
      logEnd: () => null,
      tracing: null,
      refreshLogEnds: () => Promise.resolve(true),
      onDropped: (count) => {
        throw new Error(`${count} records were dropped: the comparison is void`);
      },
      onSendFailed: () => {},
      onSendTimeout: () => {},
    },
    fanoutMaxWaitMs: 60_000,
    resumeGraceMs: 0,
    maxPayloadBytes: 1_048_576,
    browserBurst: 1,
    browserRatePerSecond: 0,
  });
  return { hub, ring };
}
