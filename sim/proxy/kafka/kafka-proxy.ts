// A proxy before a real Kafka that breaks on command, with the rules of the embedded broker. Clients see the brokers behind
// it at its own addresses and stay with it. Without rules it changes nothing but those addresses, the versions that are
// offered, and fetch sessions, which it does not offer. For drills, not for production: no TLS.

import type { ApiName } from "../../../src/kafka-protocol/apis.ts";
import { hostPortText } from "../../../src/runtime/address.ts";
import type { Clock } from "../../../src/runtime/clock.ts";
import type { Network, StreamSocket } from "../../../src/runtime/network.ts";
import type { Random } from "../../../src/runtime/random.ts";
import { type Log, silentLog } from "../../../src/telemetry/log.ts";
import type { Address } from "../../broker/cluster.ts";
import { serveConnection } from "../../broker/connection.ts";
import {
  type BrokerControl,
  type ControlAction,
  type ControlFilter,
  type ControlledRequest,
  Controls,
} from "../../broker/control.ts";
import type { ControlRule } from "../../control/rules.ts";
import type { LinkControl, Toxic } from "../toxic.ts";
import { ToxicEndpoint } from "../toxic-endpoint.ts";
import { expireMembers } from "./members.ts";
import { type ProxiedNode, ProxiedNodes } from "./nodes.ts";
import { readProxiedCall } from "./read-call.ts";
import { Upstream } from "./upstream.ts";

export interface KafkaFaultProxyOptions {
  readonly network: Network;
  readonly clock: Clock;
  /** For the jitter of toxics. */
  readonly random?: Random;
  readonly log?: Log;
  /** Where the real Kafka is: one of its brokers, without TLS. */
  readonly upstream: Address;
  /** Port of the first broker; further ones get the ports behind it. 0 = any free ones. */
  readonly listen: Address;
  /** The host that clients are told to connect to; default: the one that is listened on. */
  readonly advertisedHost?: string | null;
}

/** Toxics act on the connections to all brokers. */
export interface KafkaFaultProxy extends BrokerControl, LinkControl {
  /** `host:port` of the first listener, as clients reach it; the port is known once it was started. */
  readonly bootstrap: string;
  /** Listens; Kafka need not be there yet. @throws DashstreamError `port_in_use` or `listen_failed` */
  start(): Promise<void>;
  /** Cuts all connections and stops listening; rules and toxics stay. */
  stop(): Promise<void>;
}

export function createKafkaFaultProxy(options: KafkaFaultProxyOptions): KafkaFaultProxy {
  return new ProxiedKafka(options);
}

class ProxiedKafka implements KafkaFaultProxy {
  readonly #options: KafkaFaultProxyOptions;
  readonly #log: Log;
  readonly #controls = new Controls();
  readonly #nodes: ProxiedNodes;
  #lastConnectionId = 0;

  constructor(options: KafkaFaultProxyOptions) {
    const { listen, upstream, advertisedHost = null } = options;
    this.#options = options;
    this.#log = options.log ?? silentLog;
    this.#nodes = new ProxiedNodes({
      bootstrap: upstream,
      firstPort: listen.port,
      advertisedHost,
      open: (port) => new ToxicEndpoint({ ...options, listen: { host: listen.host, port } }),
      raise: (node) => node.endpoint.up((socket) => this.#serve(socket, node)),
    });
  }

  get bootstrap(): string {
    const { host, port } = this.#nodes.first.endpoint;
    return hostPortText({ host: this.#options.advertisedHost ?? host, port });
  }

  get nodes(): readonly ProxiedNode[] {
    return this.#nodes.known;
  }

  get connectionCount(): number {
    return this.#nodes.connectionCount;
  }

  get acceptedCount(): number {
    return this.#nodes.acceptedCount;
  }

  start(): Promise<void> {
    return this.up();
  }

  stop(): Promise<void> {
    return this.down();
  }

  up(nodeId?: number): Promise<void> {
    return this.#nodes.up(nodeId);
  }

  down(nodeId?: number): Promise<void> {
    return this.#nodes.down(nodeId);
  }

  add(toxic: Toxic): ControlRule {
    return this.#nodes.add(toxic);
  }

  control(
    api: ApiName | "*",
    decide: (request: ControlledRequest) => ControlAction,
    filter: ControlFilter = {},
  ): ControlRule {
    return this.#controls.add(api, decide, filter);
  }

  expireMembers(groupId: string): Promise<number> {
    const dial = (address: Address) => this.#dial(address, () => {});
    return expireMembers(groupId, { nodes: this.#nodes, clock: this.#options.clock, dial });
  }

  #serve(client: StreamSocket, node: ProxiedNode): () => void {
    const { clock } = this.#options;
    const nodes = this.#nodes;
    const upstream = this.#dial(node.upstream, (reached) => {
      end();
      // As the machine answers that nobody listens there, and as a broker ends a connection.
      if (reached) client.destroy();
      else client.resetAndDestroy();
    });
    const connectionId = ++this.#lastConnectionId;
    const way = { upstream, nodes, clock };
    const read = (frame: Buffer) => readProxiedCall(frame, way);
    const context = { clock, controls: this.#controls, log: this.#log, connectionId, node, read };
    const end = serveConnection(client, context);
    client.on("close", () => upstream.close());
    return () => {
      end();
      upstream.close();
    };
  }

  #dial(address: Address, onClosed: (reached: boolean) => void): Upstream {
    return new Upstream({ network: this.#options.network, address, log: this.#log, onClosed });
  }
}
