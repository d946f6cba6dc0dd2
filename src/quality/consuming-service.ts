// A service that reads Kafka and answers HTTP: opens its port at once, reads for as long as it runs, and ends in
// order. What it does with the messages is the matter of those who make one.

import { Hono } from "hono";
import { DashstreamError } from "../errors.ts";
import type { HttpServer } from "../runtime/http.ts";
import type { ApplianceOptions } from "../server/appliance.ts";
import { addServiceRoutes, getOnly, type RouteEnv } from "../server/service-routes.ts";
import { logStart } from "../server/start-line.ts";
import type { Consumer } from "../stream/consumer.ts";
import type { LogFields } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";

/** Configuration and the seams for time, randomness, network and serving. */
export type ServiceOptions = ApplianceOptions;

export interface ConsumingServiceParts {
  /** For the log. */
  readonly name: string;
  readonly hostname: string;
  readonly port: number;
  readonly metrics: Pick<Metrics, "expose">;
  readonly consumer: Consumer;
  /** The body of `GET /health`, if it answers that. */
  readonly health?: () => object;
  /** Why it should get no traffic besides not being a member of the group. */
  readonly notReadyReasons?: () => readonly string[];
  /** Told in the start line besides what every service tells. */
  readonly startFields?: LogFields;
  /** Called after the last message, while the port is still open. */
  readonly finish: () => void | Promise<void>;
}

/** Nobody upgrades to a WebSocket here, so these limits are never met. */
const NO_WEBSOCKETS = { maxFrameBytes: 1024, maxBufferedBytes: 1024 };

export class ConsumingService {
  readonly #options: ServiceOptions;
  readonly #parts: ConsumingServiceParts;
  #http: HttpServer | null = null;
  #draining = false;

  constructor(options: ServiceOptions, parts: ConsumingServiceParts) {
    this.#options = options;
    this.#parts = parts;
  }

  /** Where it listens. @throws DashstreamError `invariant` if it was not started */
  get address(): { readonly hostname: string; readonly port: number } {
    if (this.#http) return this.#http;
    throw new DashstreamError("invariant", "the service was not started");
  }

  /**
   * Opens the port and begins to read; Kafka may come later.
   * @throws DashstreamError `port_in_use` or `listen_failed`
   */
  async start(): Promise<void> {
    const { hostname, port, consumer } = this.#parts;
    const app = this.#routes();
    this.#http = await this.#options.serve({
      hostname,
      port,
      fetch: (request, context) => app.fetch(request, context),
      ...NO_WEBSOCKETS,
    });
    logStart(this.#parts.name, this.#options, this.address, this.#parts.startFields ?? {});
    consumer.start();
  }

  /** Not ready, no more reading, what was read is handled and committed, port closed. */
  async stop(): Promise<void> {
    if (this.#draining) return;
    this.#draining = true;
    await this.#parts.consumer.stop();
    await this.#parts.finish();
    await this.#http?.stop();
  }

  #routes(): Hono<RouteEnv> {
    const { consumer, metrics, health } = this.#parts;
    const app = new Hono<RouteEnv>();
    if (health) getOnly(app, "/health", (c) => c.json(health()));
    addServiceRoutes(app, {
      metrics,
      notReadyReasons: () => [
        ...(consumer.joined ? [] : [`waiting for ${consumer.waitingFor}`]),
        ...(this.#parts.notReadyReasons?.() ?? []),
      ],
      draining: () => this.#draining,
      log: this.#options.log,
    });
    return app;
  }
}
