// Sockets as an argument. Everything that dials or listens takes a `Network`: the machine's own, or the
// in-memory one that the virtual-time runner uses. kafkajs and ioredis get their sockets from it too.

import { createServer, connect as netConnect, type Socket } from "node:net";
import { type ConnectionOptions, connect as tlsConnect } from "node:tls";
import { listenError } from "./listen-error.ts";

/** A stream socket with the part of `net.Socket` that kafkajs and ioredis use. */
export type StreamSocket = Pick<
  Socket,
  | "write"
  | "end"
  | "destroy"
  | "resetAndDestroy"
  | "destroyed"
  | "on"
  | "once"
  | "prependListener"
  | "off"
  | "removeListener"
  | "removeAllListeners"
  | "pause"
  | "resume"
  | "setNoDelay"
  | "setKeepAlive"
  | "setTimeout"
  | "writable"
  | "writableLength"
>;

export interface DialTarget {
  readonly host: string;
  readonly port: number;
  /** Present: TLS with these options. */
  readonly tls?: ConnectionOptions;
  /** Present: only addresses of this IP version. */
  readonly family?: 4 | 6;
  /** Whether it can still write when the peer has ended; default: it ends too. */
  readonly allowHalfOpen?: boolean;
}

export interface ListenOptions {
  /** Whether accepted sockets can still write when the peer has ended; default: they end too. */
  readonly allowHalfOpen?: boolean;
}

export interface Listener {
  readonly host: string;
  /** The port in use, also when 0 was asked for. */
  readonly port: number;
  /** Stops accepting and destroys every accepted socket. */
  close(): Promise<void>;
}

export interface Network {
  /** Opens a connection; `onConnect` runs once it is established. Failures come as `error` events. */
  dial(target: DialTarget, onConnect: () => void): StreamSocket;
  /**
   * Accepts connections. `port` 0 picks a free one.
   * @throws DashstreamError `port_in_use` or `listen_failed`
   */
  listen(
    host: string,
    port: number,
    onConnection: (socket: StreamSocket) => void,
    options?: ListenOptions,
  ): Promise<Listener>;
}

/** The machine's own TCP stack. */
export const systemNetwork: Network = {
  dial(target, onConnect) {
    const { host, port, tls, family, allowHalfOpen = false } = target;
    const address = { host, port, allowHalfOpen, ...(family ? { family } : {}) };
    return tls ? tlsConnect({ ...tls, ...address }, onConnect) : netConnect(address, onConnect);
  },
  listen(host, port, onConnection, { allowHalfOpen = false } = {}) {
    return new Promise((resolve, reject) => {
      const sockets = new Set<Socket>();
      const server = createServer({ allowHalfOpen }, (socket) => {
        sockets.add(socket);
        socket.once("close", () => sockets.delete(socket));
        onConnection(socket);
      });
      server.once("error", (cause) => reject(listenError(host, port, cause)));
      server.listen(port, host, () => {
        const address = server.address();
        const boundPort = typeof address === "object" && address ? address.port : port;
        resolve({
          host,
          port: boundPort,
          close: () =>
            new Promise((done) => {
              server.close(() => done());
              for (const socket of sockets) socket.destroy();
            }),
        });
      });
    });
  },
};
