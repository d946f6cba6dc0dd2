// HTTP inside the process: a request goes straight to the fetch handler of the server on that port, and a WebSocket
// is a pair of ends in memory. No address of the machine is used; every client is 127.0.0.1.

import type { WebSocketConstructor } from "../../src/client/index.ts";
import { DashstreamError } from "../../src/errors.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import type {
  HttpServer,
  HttpServerOptions,
  PeerHandler,
  PeerSocket,
  RequestContext,
  ServeHttp,
} from "../../src/runtime/http.ts";
import { MemoryConnection, MemoryWebSocket } from "./memory-websocket.ts";

export interface MemoryHttpOptions {
  /** Bytes that leave the server for a client that does not read; default about what kernels keep. */
  readonly kernelBytes?: number;
}

export interface MemoryHttp {
  readonly serve: ServeHttp;
  /** @throws DashstreamError `server_unreachable` if nobody accepts requests on the port of `url` */
  request(url: string, init?: RequestInit): Promise<Response>;
  readonly WebSocket: MemoryWebSocketClass;
  /** The WebSocket of a web page, whose handshakes say where the page came from. */
  pageWebSocket(origin: string): MemoryWebSocketClass;
}

type MemoryWebSocketClass = new (...args: ConstructorParameters<WebSocketConstructor>) => MemoryWebSocket;

/** Where free ports are taken from; apart from those of the network in memory, so that logs are easy to read. */
const FIRST_FREE_PORT = 49_152;
/** What kernels keep for a peer that does not read. */
const KERNEL_BYTES = 256 * 1024;
const CLIENT_ADDRESS = "127.0.0.1";
const UPGRADE = { connection: "upgrade", upgrade: "websocket" };

interface Handshake {
  /** Where a web page came from; `null` for other clients. */
  readonly origin: string | null;
  readonly protocols: readonly string[];
}

class MemoryHttpServer implements HttpServer {
  readonly hostname: string;
  readonly port: number;
  readonly #options: HttpServerOptions;
  readonly #clock: Clock;
  readonly #kernelBytes: number;
  readonly #connections = new Set<MemoryConnection>();
  accepting = true;
  readonly #onStop: () => void;

  constructor(
    options: HttpServerOptions,
    port: number,
    clock: Clock,
    kernelBytes: number,
    onStop: () => void,
  ) {
    this.hostname = options.hostname;
    this.port = port;
    this.#options = options;
    this.#clock = clock;
    this.#kernelBytes = kernelBytes;
    this.#onStop = onStop;
  }

  async request(request: Request): Promise<Response> {
    return this.#options.fetch(request, {
      peerAddress: CLIENT_ADDRESS,
      wantsUpgrade: false,
      upgrade: () => null,
    });
  }

  async connect(url: string, { origin, protocols }: Handshake, client: MemoryWebSocket): Promise<void> {
    let connection: MemoryConnection | null = null;
    const context: RequestContext = {
      peerAddress: CLIENT_ADDRESS,
      wantsUpgrade: true,
      upgrade: (open, options) => {
        client.protocol = options?.protocol ?? "";
        connection = this.#accept(client, open);
        return new Response(null);
      },
    };
    const headers = {
      ...UPGRADE,
      ...(origin !== null && { origin }),
      ...(protocols.length > 0 && { "sec-websocket-protocol": protocols.join(", ") }),
    };
    const response = await this.#options.fetch(new Request(url.replace(/^ws/, "http"), { headers }), context);
    const accepted = connection as MemoryConnection | null;
    this.#clock.after(0, () => {
      if (accepted) accepted.established();
      else client.failed(`the handshake was answered with ${response.status}`);
    });
  }

  stopAccepting(): void {
    this.accepting = false;
  }

  async stop(): Promise<void> {
    this.accepting = false;
    this.#onStop();
    for (const connection of [...this.#connections]) connection.terminate();
  }

  #accept(client: MemoryWebSocket, open: (socket: PeerSocket) => PeerHandler): MemoryConnection {
    const onGone = (gone: MemoryConnection) => this.#connections.delete(gone);
    const limits = { ...this.#options, kernelBytes: this.#kernelBytes };
    const connection = new MemoryConnection(client, this.#clock, limits, open, onGone);
    this.#connections.add(connection);
    return connection;
  }
}

/** Servers and clients that find each other by port; nothing is shared with another call. */
export function memoryHttp(clock: Clock, options: MemoryHttpOptions = {}): MemoryHttp {
  const { kernelBytes = KERNEL_BYTES } = options;
  const servers = new Map<number, MemoryHttpServer>();
  let nextFreePort = FIRST_FREE_PORT;
  const serverOf = (url: string): MemoryHttpServer | undefined => {
    const server = servers.get(Number(new URL(url).port));
    return server?.accepting ? server : undefined;
  };

  const webSocketClass = (origin: string | null): MemoryWebSocketClass =>
    class extends MemoryWebSocket {
      constructor(url: string, protocols: readonly string[] = []) {
        super();
        clock.after(0, () => {
          const server = serverOf(url);
          if (!server) return this.failed("nobody accepts connections there");
          server
            .connect(url, { origin, protocols }, this)
            .catch((error: unknown) => this.failed(String(error)));
        });
      }
    };

  return {
    async serve(served) {
      const port = served.port === 0 ? nextFreePort++ : served.port;
      if (servers.has(port)) {
        throw new DashstreamError("port_in_use", `cannot listen on ${served.hostname}:${port}`);
      }
      const server = new MemoryHttpServer(served, port, clock, kernelBytes, () => {
        // Another may have the port by now.
        if (servers.get(port) === server) servers.delete(port);
      });
      servers.set(port, server);
      return server;
    },
    async request(url, init) {
      const server = serverOf(url);
      if (!server) throw new DashstreamError("server_unreachable", `${url}: nobody accepts requests there`);
      return server.request(new Request(url, init));
    },
    WebSocket: webSocketClass(null),
    pageWebSocket: webSocketClass,
  };
}
