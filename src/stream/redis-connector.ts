// Gives ioredis its sockets from our network. ioredis gets each socket only when it is connected or has failed, so the
// time limit for connecting is ours and on our clock.

import { isIP, type Socket } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { AbstractConnector, type RedisOptions } from "ioredis";
import type { Clock } from "../runtime/clock.ts";
import type { DialTarget, Network, StreamSocket } from "../runtime/network.ts";
import { limitConnecting } from "./connect-timeout.ts";
import type { RedisSettings } from "./redis-settings.ts";

/** What `RedisOptions.Connector` takes: a class whose connections go where `settings` say. */
export function networkConnector(
  settings: RedisSettings,
  network: Network,
  clock: Clock,
): NonNullable<RedisOptions["Connector"]> {
  const target = redisTarget(settings);
  const { host, port } = target;

  return class NetworkConnector extends AbstractConnector {
    constructor() {
      super(0);
    }

    override connect(): Promise<Socket> {
      delete this.firstError;
      return new Promise((resolve) => {
        const settle = () => {
          timer.cancel();
          resolve(asNetSocket(socket));
        };
        const socket = network.dial(target, settle);
        this.stream = asNetSocket(socket);
        const timer = limitConnecting(clock, socket, host, port);
        // Stays for the socket's whole life: ioredis takes one error, a second one must not end the process.
        socket.on("error", (error: Error) => {
          this.firstError ??= error;
        });
        // A socket that failed is handed over too: ioredis then reports its error and its end.
        socket.once("close", settle);
      });
    }

    /** At once, so that nothing of a connection is left when it was ended. */
    override disconnect(): void {
      this.stream?.destroy();
    }
  };
}

/** Where to dial Redis, with TLS if the settings say so. */
export function redisTarget(settings: RedisSettings): DialTarget {
  const { host, port } = settings;
  const tls = tlsOf(settings);
  return { host, port, ...(tls === null ? {} : { tls }) };
}

function tlsOf({ tls, tlsCa, host }: RedisSettings): ConnectionOptions | null {
  if (tls !== true) return null;
  return {
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(tlsCa ? { ca: tlsCa } : {}),
  };
}

/** The part of `net.Socket` that ioredis uses is in `StreamSocket`; its types ask for all of it. */
function asNetSocket(socket: StreamSocket): Socket {
  return socket as Socket;
}
