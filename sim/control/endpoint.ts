// A port that can go off the network at once, as in a crash, and come back with the same number.

import { describeError } from "../../src/errors.ts";
import type { Listener, ListenOptions, Network, StreamSocket } from "../../src/runtime/network.ts";
import type { Log } from "../../src/telemetry/log.ts";

/** Serves one socket; gives what ends all that waits on it, at once. */
export type ServeSocket = (socket: StreamSocket) => () => void;

/** Down at first. */
export class Endpoint {
  readonly host: string;
  #port: number;
  #listener: Listener | null = null;
  /** Ends what waits on each open connection. */
  readonly #connections = new Set<() => void>();
  #acceptedCount = 0;

  /** `port` 0 picks a free one when it comes up for the first time. */
  constructor(host: string, port: number) {
    this.host = host;
    this.#port = port;
  }

  get port(): number {
    return this.#port;
  }

  get isUp(): boolean {
    return this.#listener !== null;
  }

  /** Connections that are open now. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Connections that it has taken since it was up for the first time. */
  get acceptedCount(): number {
    return this.#acceptedCount;
  }

  /** Listens; does nothing if it is up. @throws DashstreamError `port_in_use` or `listen_failed` */
  async up(network: Network, serve: ServeSocket, options: ListenOptions = {}): Promise<void> {
    if (this.#listener) return;
    const onConnection = (socket: StreamSocket) => {
      this.#acceptedCount++;
      const end = serve(socket);
      this.#connections.add(end);
      socket.once("close", () => this.#connections.delete(end));
    };
    const listener = await network.listen(this.host, this.#port, onConnection, options);
    this.#listener = listener;
    this.#port = listener.port;
  }

  /** Cuts all connections and stops listening. What waits has ended when this returns. */
  async down(log: Log): Promise<void> {
    const listener = this.#listener;
    if (!listener) return;
    this.#listener = null;
    // Now and not when the sockets are closed: what is down has no timers.
    for (const end of this.#connections) end();
    this.#connections.clear();
    await listener.close().catch((error: unknown) => {
      log.warn("listener did not close", { port: this.#port, error: describeError(error) });
    });
  }
}
