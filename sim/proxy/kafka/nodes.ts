// The brokers of a real cluster and the listeners before them. One listener stands from the start and leads to the address
// that was given; the brokers behind it become known by the first answer that names them, and each gets a listener before
// that answer goes on, so that no client ever hears of an address that is not the proxy's.

import type { Address } from "../../broker/cluster.ts";
import type { ControlRule } from "../../control/rules.ts";
import { Turns } from "../../control/turns.ts";
import type { LinkControl, Toxic } from "../toxic.ts";
import type { ToxicEndpoint } from "../toxic-endpoint.ts";

/** Of a broker as Kafka names it. */
export interface BrokerAddress extends Address {
  readonly nodeId: number;
}

/** Before the broker behind the given address is known by its number. */
const UNKNOWN_NODE_ID = -1;

/** One listener and the broker that it leads to. */
export class ProxiedNode {
  nodeId: number;
  /** Where its broker is. */
  upstream: Address;
  readonly endpoint: ToxicEndpoint;

  constructor(nodeId: number, upstream: Address, endpoint: ToxicEndpoint) {
    this.nodeId = nodeId;
    this.upstream = upstream;
    this.endpoint = endpoint;
  }
}

export interface ProxiedNodesOptions {
  /** The address that was given. */
  readonly bootstrap: Address;
  /** Port of the first listener; those of brokers that become known are the next ones. 0 = any free ones. */
  readonly firstPort: number;
  /** What clients are told instead of the host that is listened on. */
  readonly advertisedHost: string | null;
  readonly open: (port: number) => ToxicEndpoint;
  /** Serves what connects to the listener of a node. */
  readonly raise: (node: ProxiedNode) => Promise<void>;
}

/** A toxic on all listeners, with what it is on each. */
interface SpreadToxic {
  readonly toxic: Toxic;
  readonly rules: ControlRule[];
}

export class ProxiedNodes implements LinkControl {
  readonly #options: ProxiedNodesOptions;
  readonly #first: ProxiedNode;
  /** All listeners, in the order of their ports. */
  readonly #nodes: ProxiedNode[];
  readonly #toxics = new Set<SpreadToxic>();
  #isMeantUp = false;
  /** Listeners open and close one after the other. */
  readonly #turns = new Turns();

  constructor(options: ProxiedNodesOptions) {
    this.#options = options;
    const { bootstrap, firstPort } = options;
    this.#first = new ProxiedNode(UNKNOWN_NODE_ID, bootstrap, options.open(firstPort));
    this.#nodes = [this.#first];
  }

  /** The listener that stands from the start. */
  get first(): ProxiedNode {
    return this.#first;
  }

  /** The brokers that are known; the given address alone, as long as none is. */
  get known(): readonly ProxiedNode[] {
    const named = this.#nodes.filter(({ nodeId }) => nodeId !== UNKNOWN_NODE_ID);
    return named.length === 0 ? [this.#first] : named;
  }

  get connectionCount(): number {
    return this.#nodes.reduce((total, { endpoint }) => total + endpoint.connectionCount, 0);
  }

  get acceptedCount(): number {
    return this.#nodes.reduce((total, { endpoint }) => total + endpoint.acceptedCount, 0);
  }

  isUp(nodeId: number): boolean {
    return this.#find(nodeId)?.endpoint.isUp ?? false;
  }

  /** What clients are told of a broker; `null` if it is not known. */
  advertised(nodeId: number): Address | null {
    const endpoint = this.#find(nodeId)?.endpoint;
    if (endpoint === undefined) return null;
    return { host: this.#options.advertisedHost ?? endpoint.host, port: endpoint.port };
  }

  /**
   * Takes note of brokers that Kafka named; each has a listener when this resolves.
   * @throws DashstreamError `port_in_use` or `listen_failed`
   */
  async learn(brokers: readonly BrokerAddress[]): Promise<void> {
    for (const broker of brokers) {
      const node = this.#find(broker.nodeId);
      if (node !== undefined && node !== this.#first) node.upstream = broker;
    }
    if (brokers.every(({ nodeId }) => this.#find(nodeId) !== undefined)) return;
    await this.#turns.take(async () => {
      const unknown = brokers
        .filter(({ nodeId }) => this.#find(nodeId) === undefined)
        .sort((a, b) => a.nodeId - b.nodeId);
      for (const broker of unknown) await this.#add(broker, brokers.length === 1);
    });
  }

  /** Opens the listeners of one node, or all. @throws DashstreamError `port_in_use` or `listen_failed` */
  up(nodeId?: number): Promise<void> {
    if (nodeId === undefined) this.#isMeantUp = true;
    return this.#turns.take(async () => {
      for (const node of this.#chosen(nodeId)) await this.#options.raise(node);
    });
  }

  /** Closes them and cuts their connections. */
  down(nodeId?: number): Promise<void> {
    if (nodeId === undefined) this.#isMeantUp = false;
    return this.#turns.take(async () => {
      await Promise.all(this.#chosen(nodeId).map(({ endpoint }) => endpoint.down()));
    });
  }

  /** On all listeners, also those to come. */
  add(toxic: Toxic): ControlRule {
    const added: SpreadToxic = { toxic, rules: this.#nodes.map(({ endpoint }) => endpoint.add(toxic)) };
    this.#toxics.add(added);
    return {
      get hits() {
        return added.rules.reduce((total, { hits }) => total + hits, 0);
      },
      remove: () => {
        this.#toxics.delete(added);
        for (const rule of added.rules) rule.remove();
      },
    };
  }

  async #add(broker: BrokerAddress, isOnly: boolean): Promise<void> {
    const first = this.#first;
    const { host, port } = first.upstream;
    const isBehindFirst = isOnly || (broker.host === host && broker.port === port);
    // Its address stays the one that was given: what a broker calls itself need not be reachable from here.
    if (first.nodeId === UNKNOWN_NODE_ID && isBehindFirst) {
      first.nodeId = broker.nodeId;
      return;
    }
    const { firstPort, open, raise } = this.#options;
    const node = new ProxiedNode(
      broker.nodeId,
      broker,
      open(firstPort === 0 ? 0 : firstPort + this.#nodes.length),
    );
    if (this.#isMeantUp) await raise(node);
    for (const { toxic, rules } of this.#toxics) rules.push(node.endpoint.add(toxic));
    this.#nodes.push(node);
  }

  #find(nodeId: number): ProxiedNode | undefined {
    return nodeId === UNKNOWN_NODE_ID ? undefined : this.#nodes.find((node) => node.nodeId === nodeId);
  }

  #chosen(nodeId: number | undefined): readonly ProxiedNode[] {
    return nodeId === undefined ? [...this.#nodes] : this.#nodes.filter((node) => node.nodeId === nodeId);
  }
}
