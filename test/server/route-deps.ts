// Everything the routes need, quiet and ready, for tests to vary.

import { Hono } from "hono";
import type { PeerHandler, RequestContext } from "../../src/runtime/http.ts";
import { ConnectionLimit } from "../../src/server/connection-limit.ts";
import type { ExpectedSchemas } from "../../src/server/expected-schemas.ts";
import { healthReport } from "../../src/server/health-report.ts";
import type { RouteDeps } from "../../src/server/routes.ts";
import type { RouteEnv } from "../../src/server/service-routes.ts";
import { versionReport } from "../../src/server/version.ts";
import { CATALOGUE } from "../../src/telemetry/catalogue.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import { createMetrics } from "../../src/telemetry/registry.ts";
import { manualClock } from "../support/manual-clock.ts";
import { quietInputs } from "./health-inputs.ts";

const noSchemas: ExpectedSchemas = {
  list: () => [],
  get: () => undefined,
  pin: () => Promise.resolve("full"),
  unpin: () => Promise.resolve(undefined),
};

export const silentHandler: PeerHandler = { onText() {}, onBinary() {}, onDrain() {}, onClose() {} };

export function routeDeps(changes: Partial<RouteDeps> = {}): RouteDeps {
  return {
    acceptWebSocket: (context) =>
      context.upgrade(() => silentHandler) ?? new Response("bad", { status: 400 }),
    connectionLimit: new ConnectionLimit(2),
    trustedProxies: new Set(),
    allowedOrigins: [],
    health: () => healthReport(quietInputs()),
    notReadyReasons: () => [],
    draining: () => false,
    version: versionReport({
      build: { version: "1.2.3", gitSha: "abc", buildDate: "unknown", runtime: "bun 1.4.5" },
      stream: { topic: "t", groupId: "g", brokers: ["b:9092"], clusterId: null },
      maxPayloadBytes: 1_048_576,
      decodeErrorPolicy: "skip",
    }),
    metrics: createMetrics({ catalogue: CATALOGUE, component: "websocket-server" }),
    expectedSchemas: noSchemas,
    admin: new Hono<RouteEnv>(),
    clock: manualClock(),
    log: silentLog,
    ...changes,
  };
}

/** The context of a plain request from the network; an upgrade of it is a defect. */
export function plainContext(): RequestContext {
  return {
    peerAddress: "198.51.100.7",
    wantsUpgrade: false,
    upgrade() {
      throw new Error("a plain request must not be upgraded");
    },
  };
}
