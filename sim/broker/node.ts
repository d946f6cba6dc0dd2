// One broker of the cluster: an address that can go down and come up again on the same port.

import type { Network } from "../../src/runtime/network.ts";
import type { Log } from "../../src/telemetry/log.ts";
import { Endpoint } from "../control/endpoint.ts";
import type { Address, Cluster, NodeAddress } from "./cluster.ts";
import { serveConnection } from "./connection.ts";
import type { Controls } from "./control.ts";
import { readCall } from "./read-call.ts";

export interface NodeContext {
  readonly network: Network;
  readonly cluster: Cluster;
  readonly controls: Controls;
  readonly log: Log;
}

export class BrokerNode implements NodeAddress {
  readonly nodeId: number;
  readonly #endpoint: Endpoint;
  readonly #advertised: ((nodeId: number) => Address) | null;

  /** @param advertised what clients are told; `null` = where it listens */
  constructor(
    nodeId: number,
    host: string,
    port: number,
    advertised: ((nodeId: number) => Address) | null = null,
  ) {
    this.nodeId = nodeId;
    this.#endpoint = new Endpoint(host, port);
    this.#advertised = advertised;
  }

  get host(): string {
    return this.#endpoint.host;
  }

  get port(): number {
    return this.#endpoint.port;
  }

  get advertised(): Address {
    return this.#advertised?.(this.nodeId) ?? this;
  }

  get isUp(): boolean {
    return this.#endpoint.isUp;
  }

  get connectionCount(): number {
    return this.#endpoint.connectionCount;
  }

  get acceptedCount(): number {
    return this.#endpoint.acceptedCount;
  }

  /** Listens; does nothing if it is up. @throws DashstreamError `port_in_use` or `listen_failed` */
  async up({ network, cluster, controls, log }: NodeContext): Promise<void> {
    if (this.isUp) return;
    const { clock } = cluster;
    const read = (frame: Buffer) => readCall(frame, cluster, this.nodeId);
    await this.#endpoint.up(network, (socket) => {
      const connectionId = cluster.nextConnectionId();
      return serveConnection(socket, { clock, controls, log, connectionId, node: this, read });
    });
    for (const group of this.#coordinated(cluster)) group.resume();
  }

  /** Cuts all connections and stops listening; topics, offsets and groups stay. */
  async down({ cluster, log }: NodeContext): Promise<void> {
    if (!this.isUp) return;
    const closed = this.#endpoint.down(log);
    for (const group of this.#coordinated(cluster)) group.suspend();
    await closed;
  }

  #coordinated(cluster: Cluster) {
    return [...cluster.groups()].filter((group) => cluster.coordinatorOf(group.id) === this);
  }
}
