// A TCP proxy that breaks connections on command. Passes everything on unchanged until it is told otherwise: bytes in
// order, each half's end as an end, a cut as a cut, and a peer that does not read stops the writer.

import { DashstreamError } from "../../src/errors.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import type { Network, StreamSocket } from "../../src/runtime/network.ts";
import { type Random, seededRandom } from "../../src/runtime/random.ts";
import { type Log, silentLog } from "../../src/telemetry/log.ts";
import { Endpoint } from "../control/endpoint.ts";
import { ProxiedConnection } from "./connection.ts";
import type { AddedToxic, LinkControl } from "./toxic.ts";
import { problemOf } from "./toxics.ts";

export interface FaultProxyOptions {
  readonly network: Network;
  readonly clock: Clock;
  /** For jitter; default: a sequence that is the same in every run. */
  readonly random?: Random;
  readonly log?: Log;
  /** Port 0 picks a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** Read with each connection, so that it may be an address which is not known before its owner was started. */
  readonly upstream: { readonly host: string; readonly port: number };
}

export interface FaultProxy extends LinkControl {
  readonly host: string;
  /** Known once it was started, and the same from then on. */
  readonly port: number;
  /** @throws DashstreamError `port_in_use` or `listen_failed` */
  start(): Promise<void>;
  /** Cuts all connections and stops listening; toxics stay. */
  stop(): Promise<void>;
}

export function createFaultProxy(options: FaultProxyOptions): FaultProxy {
  const { network, log = silentLog, random = seededRandom(0) } = options;
  const endpoint = new Endpoint(options.listen.host, options.listen.port);
  const toxics = new Set<AddedToxic>();
  const connections = new Set<ProxiedConnection>();

  function serve(client: StreamSocket): () => void {
    const connection = new ProxiedConnection(client, { ...options, log, random }, toxics, () =>
      connections.delete(connection),
    );
    connections.add(connection);
    connection.open();
    return () => connection.cut();
  }

  return {
    host: endpoint.host,
    get port() {
      return endpoint.port;
    },
    start: () => endpoint.up(network, serve, { allowHalfOpen: true }),
    stop: () => endpoint.down(log),
    add(toxic) {
      const problem = problemOf(toxic);
      if (problem !== null) throw new DashstreamError("config_invalid", `toxic ${toxic.kind}: ${problem}`);
      const added: AddedToxic = { toxic, hits: 0 };
      toxics.add(added);
      for (const connection of connections) connection.afflict(added);
      return {
        get hits() {
          return added.hits;
        },
        remove() {
          if (!toxics.delete(added)) return;
          for (const connection of connections) connection.relieve(added);
        },
      };
    },
  };
}
