// HTTP and WebSocket on Bun, with the native `websocket` handler: it is the only one that reports a status per
// frame, corks and drains. A silent client that still answers pings is never dropped for being silent.

import type {
  HttpServer,
  HttpServerOptions,
  PeerHandler,
  PeerSocket,
  RequestContext,
  SendStatus,
  ServeHttp,
} from "./http.ts";
import { listenError } from "./listen-error.ts";
import { normalizePeerAddress } from "./peer-address.ts";

/** Without a byte from the peer for this long a WebSocket is closed; Bun pings in time, a pong counts. */
const WEBSOCKET_IDLE_SECONDS = 120;
/** Without traffic for this long an HTTP connection is closed. Longer than any scrape or health interval. */
const HTTP_IDLE_SECONDS = 90;

interface SocketData {
  readonly open: (socket: PeerSocket) => PeerHandler;
  handler: PeerHandler | undefined;
}

type Socket = Bun.ServerWebSocket<SocketData>;

/** Bun answers the number of bytes handed to the kernel, -1 for queued, 0 for dropped. */
function sendStatus(result: number): SendStatus {
  if (result > 0) return "sent";
  return result === 0 ? "dropped" : "queued";
}

function peerSocket(socket: Socket): PeerSocket {
  return {
    send(frame) {
      const result = typeof frame === "string" ? socket.sendText(frame) : socket.sendBinary(frame);
      return sendStatus(result);
    },
    cork(write) {
      socket.cork(write);
    },
    bufferedBytes: () => socket.getBufferedAmount(),
    close: (code, reason) => socket.close(code, reason),
    terminate: () => socket.terminate(),
  };
}

function websocketHandlers(options: HttpServerOptions): Bun.WebSocketHandler<SocketData> {
  return {
    maxPayloadLength: options.maxFrameBytes,
    backpressureLimit: options.maxBufferedBytes,
    closeOnBackpressureLimit: false,
    idleTimeout: WEBSOCKET_IDLE_SECONDS,
    sendPings: true,
    perMessageDeflate: false,
    open(socket) {
      socket.data.handler = socket.data.open(peerSocket(socket));
    },
    message(socket, message) {
      if (typeof message === "string") socket.data.handler?.onText(message);
      else socket.data.handler?.onBinary(message);
    },
    drain(socket) {
      socket.data.handler?.onDrain();
    },
    close(socket, code, reason) {
      const { handler } = socket.data;
      socket.data.handler = undefined;
      handler?.onClose(code, reason);
    },
  };
}

interface UpgradableContext extends RequestContext {
  readonly upgraded: boolean;
}

function requestContext(request: Request, server: Bun.Server<SocketData>): UpgradableContext {
  let upgraded = false;
  return {
    peerAddress: normalizePeerAddress(server.requestIP(request)?.address ?? ""),
    wantsUpgrade: request.headers.get("upgrade")?.toLowerCase() === "websocket",
    get upgraded() {
      return upgraded;
    },
    upgrade(open, options) {
      const headers = options?.protocol ? { "sec-websocket-protocol": options.protocol } : undefined;
      const data: SocketData = { open, handler: undefined };
      upgraded = server.upgrade(request, headers ? { data, headers } : { data });
      // Bun has already answered with 101; the response only tells the caller that it worked.
      return upgraded ? new Response(null) : null;
    },
  };
}

function listen(options: HttpServerOptions): Bun.Server<SocketData> {
  try {
    return Bun.serve<SocketData>({
      hostname: options.hostname,
      port: options.port,
      development: false,
      // Without development Bun would let a second server share the port, and requests would go to either.
      reusePort: false,
      idleTimeout: HTTP_IDLE_SECONDS,
      websocket: websocketHandlers(options),
      async fetch(request, server) {
        const context = requestContext(request, server);
        const response = await options.fetch(request, context);
        return context.upgraded ? undefined : response;
      },
    });
  } catch (cause) {
    throw listenError(options.hostname, options.port, cause);
  }
}

/** {@link ServeHttp} on Bun. */
export const serveBun: ServeHttp = async (options): Promise<HttpServer> => {
  const server = listen(options);
  return {
    hostname: server.hostname ?? options.hostname,
    port: server.port ?? options.port,
    stopAccepting() {
      // The promise resolves only once every socket is gone; `stop` is what waits.
      void server.stop(false);
    },
    stop: () => server.stop(true),
  };
};
