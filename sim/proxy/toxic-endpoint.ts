// A port of a server in this process, with a TCP proxy before it: what toxics do to connections is done to those of its
// clients, and when it is down the port itself is closed.

import type { Clock } from "../../src/runtime/clock.ts";
import type { Network } from "../../src/runtime/network.ts";
import type { Random } from "../../src/runtime/random.ts";
import { type Log, silentLog } from "../../src/telemetry/log.ts";
import { Endpoint, type ServeSocket } from "../control/endpoint.ts";
import type { ControlRule } from "../control/rules.ts";
import { createFaultProxy, type FaultProxy } from "./proxy.ts";
import type { LinkControl, Toxic } from "./toxic.ts";

export interface ToxicEndpointOptions {
  readonly network: Network;
  readonly clock: Clock;
  readonly random?: Random;
  readonly log?: Log;
  /** Port 0 picks a free one. */
  readonly listen: { readonly host: string; readonly port: number };
}

/** Where the server itself listens: only the proxy finds it. */
const INSIDE = "127.0.0.1";

/** Down at first. */
export class ToxicEndpoint implements LinkControl {
  readonly #options: ToxicEndpointOptions;
  readonly #front: FaultProxy;
  #inside = new Endpoint(INSIDE, 0);
  /** By those that stood inside before. */
  #acceptedBefore = 0;

  constructor(options: ToxicEndpointOptions) {
    this.#options = options;
    const insidePort = () => this.#inside.port;
    const upstream = {
      host: INSIDE,
      get port() {
        return insidePort();
      },
    };
    this.#front = createFaultProxy({ ...options, upstream });
  }

  get host(): string {
    return this.#front.host;
  }

  /** Known once it was up, and the same from then on. */
  get port(): number {
    return this.#front.port;
  }

  get isUp(): boolean {
    return this.#inside.isUp;
  }

  /** Connections that have come through to the server. */
  get connectionCount(): number {
    return this.#inside.connectionCount;
  }

  /** Connections that have come through to the server since this was up for the first time. */
  get acceptedCount(): number {
    return this.#acceptedBefore + this.#inside.acceptedCount;
  }

  /** Listens; does nothing if it is up. @throws DashstreamError `port_in_use` or `listen_failed` */
  async up(serve: ServeSocket): Promise<void> {
    if (this.isUp) return;
    // A new port each time: somebody may have taken the old one meanwhile.
    this.#acceptedBefore += this.#inside.acceptedCount;
    this.#inside = new Endpoint(INSIDE, 0);
    await this.#inside.up(this.#options.network, serve);
    try {
      await this.#front.start();
    } catch (error) {
      await this.down();
      throw error;
    }
  }

  /** Cuts all connections and stops listening; toxics stay. */
  async down(): Promise<void> {
    await Promise.all([this.#front.stop(), this.#inside.down(this.#options.log ?? silentLog)]);
  }

  add(toxic: Toxic): ControlRule {
    return this.#front.add(toxic);
  }
}
