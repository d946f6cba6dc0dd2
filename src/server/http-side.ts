// The HTTP half of the appliance: routes over the hub and the health of all parts.

import type { Config } from "../config/options.ts";
import type { BuildInfo } from "../runtime/build-info.ts";
import type { Clock } from "../runtime/clock.ts";
import type { HttpServer, ServeHttp } from "../runtime/http.ts";
import type { Random } from "../runtime/random.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { presentsToken } from "./admin-auth.ts";
import { type AdminActions, adminRoutes } from "./admin-routes.ts";
import { canonicalIp } from "./client-ip.ts";
import { ConnectionLimit } from "./connection-limit.ts";
import type { DeadLetters } from "./dead-letters.ts";
import { openExpectedSchemas } from "./expected-schemas.ts";
import type { HealthTracker } from "./health.ts";
import { healthReport } from "./health-report.ts";
import type { PausedPartition } from "./paused-partitions.ts";
import type { RedisReplay } from "./replay/redis-replay.ts";
import type { ReplicaWriterHealth } from "./replica/replica-writer.ts";
import type { Ring } from "./ring.ts";
import { createRoutes } from "./routes.ts";
import type { RunbookSource } from "./runbook-routes.ts";
import { MAX_CONTROL_FRAME_BYTES } from "./sessions/control-frames.ts";
import type { Hub } from "./sessions/hub.ts";
import { chooseProtocol, SUBPROTOCOLS } from "./sessions/protocols.ts";
import type { SessionMetrics } from "./sessions/session-metrics.ts";
import type { TenantLimits } from "./tenant-limits.ts";
import { versionReport } from "./version.ts";

export interface HttpSideOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly serve: ServeHttp;
  readonly build: BuildInfo;
  readonly runbook?: RunbookSource;
  readonly metrics: Metrics;
  readonly sessionMetrics: SessionMetrics;
  readonly health: HealthTracker;
  readonly hub: Hub;
  readonly ring: Ring;
  readonly deadLetters: Pick<DeadLetters, "health">;
  readonly limits: Pick<TenantLimits, "health"> | null;
  readonly redis: Pick<RedisReplay, "health"> | null;
  readonly pausedPartitions: () => readonly PausedPartition[];
  readonly admin: AdminActions;
  readonly kafkaDownSeconds: () => number | null;
  readonly notReadyReasons: () => readonly string[];
  readonly writer: () => ReplicaWriterHealth | null;
  readonly draining: () => boolean;
}

/** Larger frames than the control limit are taken in, so that the client can be told what was wrong. */
const MAX_FRAME_BYTES = 4 * MAX_CONTROL_FRAME_BYTES;
/** Far above what a session queues, so that the runtime itself never drops a frame. */
const MAX_BUFFERED_BYTES = 64 * 1024 * 1024;

/** @throws DashstreamError `port_in_use`, `listen_failed` or `storage_failed` */
export async function openHttpSide(options: HttpSideOptions): Promise<HttpServer> {
  const { config, clock, random, log, metrics, hub, build } = options;
  const app = createRoutes({
    acceptWebSocket: (context, request) => {
      const protocol = chooseProtocol(request.headers.get("sec-websocket-protocol"));
      if (protocol === null) return unknownProtocol();
      const traits = {
        protocol,
        browser: protocol === "original" && request.headers.has("origin"),
        admin: presentsToken(request.headers.get("authorization"), config.adminToken),
      };
      const chosen = protocol === "original" ? {} : { protocol };
      return context.upgrade((socket) => hub.accept(socket, traits), chosen) ?? badHandshake();
    },
    connectionLimit: new ConnectionLimit(config.websocketMaxConnectionsPerIp),
    trustedProxies: new Set(config.websocketTrustedProxyIps.map((ip) => canonicalIp(ip) ?? ip)),
    allowedOrigins: config.websocketAllowedOrigins,
    health: () => report(options),
    notReadyReasons: options.notReadyReasons,
    draining: options.draining,
    version: versionReport({
      build,
      stream: {
        topic: config.kafkaTopic,
        groupId: config.kafkaGroupId,
        brokers: config.kafkaBrokers,
        clusterId: config.kafkaClusterId,
      },
      maxPayloadBytes: config.websocketMaxPayloadBytes,
      decodeErrorPolicy: config.kafkaOnDecodeError,
    }),
    metrics,
    expectedSchemas: await openExpectedSchemas({ path: config.expectedSchemasPath, clock, random }),
    admin: adminRoutes(options.admin, config.adminToken, log),
    ...(options.runbook ? { runbook: options.runbook } : {}),
    clock,
    log,
  });
  return options.serve({
    hostname: config.websocketHost,
    port: config.websocketPort,
    fetch: (request, context) => app.fetch(request, context),
    maxFrameBytes: MAX_FRAME_BYTES,
    maxBufferedBytes: MAX_BUFFERED_BYTES,
  });
}

function badHandshake(): Response {
  return new Response("The WebSocket handshake is not valid", { status: 400 });
}

function unknownProtocol(): Response {
  const text = `None of the subprotocols is spoken here, expected ${SUBPROTOCOLS.join(" or ")}, or none\n`;
  return new Response(text, { status: 400 });
}

/** Without Redis, what describes it is off and zero. */
function report(options: HttpSideOptions) {
  const { health, hub, ring, deadLetters, limits, sessionMetrics, kafkaDownSeconds } = options;
  const redis = options.redis?.health() ?? null;
  return healthReport({
    snapshot: health.snapshot(),
    connectedClients: hub.clientCount,
    replayBuffer: {
      redis_enabled: redis !== null,
      memory_hits: sessionMetrics.memoryHits.value,
      redis_hits: redis?.hits ?? 0,
      redis_misses: redis?.misses ?? 0,
      redis_write_dropped: redis?.writeDropped ?? 0,
      redis_write_failures: redis?.writeFailures ?? 0,
      memory_buffer_size: ring.recordCount,
      max_memory_size: ring.maxRecords,
      redis_message_ttl_secs: redis?.ttlSeconds ?? 0,
      redis_max_sequences: redis?.maxSequences ?? 0,
    },
    deadLetters: deadLetters.health(),
    tenantLimits: limits?.health() ?? null,
    writer: options.writer(),
    kafkaDownSeconds: kafkaDownSeconds(),
    pausedPartitions: options.pausedPartitions(),
  });
}
