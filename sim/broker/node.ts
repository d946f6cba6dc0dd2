// One broker of the cluster: an address that can go down and come up again on the same port.

import { describeError } from "../../src/errors.ts";
import type { Listener, Network } from "../../src/runtime/network.ts";
import type { Log } from "../../src/telemetry/log.ts";
import type { Cluster, NodeAddress } from "./cluster.ts";
import { serveConnection } from "./connection.ts";
import type { Controls } from "./control.ts";

export interface NodeContext {
  readonly network: Network;
  readonly cluster: Cluster;
  readonly controls: Controls;
  readonly log: Log;
}

export class BrokerNode implements NodeAddress {
  readonly nodeId: number;
  readonly host: string;
  #port: number;
  #listener: Listener | null = null;
  /** Ends what waits on each open connection. */
  readonly #connections = new Set<() => void>();

  constructor(nodeId: number, host: string, port: number) {
    this.nodeId = nodeId;
    this.host = host;
    this.#port = port;
  }

  get port(): number {
    return this.#port;
  }

  get isUp(): boolean {
    return this.#listener !== null;
  }

  /** Listens; does nothing if it is up. @throws DashstreamError `port_in_use` or `listen_failed` */
  async up({ network, cluster, controls, log }: NodeContext): Promise<void> {
    if (this.#listener) return;
    const { nodeId } = this;
    const listener = await network.listen(this.host, this.#port, (socket) => {
      const end = serveConnection(socket, { cluster, controls, nodeId, log });
      this.#connections.add(end);
      socket.once("close", () => this.#connections.delete(end));
    });
    this.#listener = listener;
    this.#port = listener.port;
    for (const group of this.#coordinated(cluster)) group.resume();
  }

  /** Cuts all connections and stops listening; topics, offsets and groups stay. */
  async down({ cluster, log }: NodeContext): Promise<void> {
    const listener = this.#listener;
    if (!listener) return;
    this.#listener = null;
    // Waiting requests end now and not when their sockets are closed: a node that is down has no timers.
    for (const end of this.#connections) end();
    this.#connections.clear();
    for (const group of this.#coordinated(cluster)) group.suspend();
    await listener.close().catch((error: unknown) => {
      log.warn("listener did not close", { node: this.nodeId, error: describeError(error) });
    });
  }

  #coordinated(cluster: Cluster) {
    return [...cluster.groups()].filter((group) => cluster.coordinatorOf(group.id) === this);
  }
}
