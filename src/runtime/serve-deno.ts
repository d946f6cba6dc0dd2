// HTTP and WebSocket on Deno. Deno reports neither a status per frame nor a drain, only how many bytes wait, so a
// timer looks at the sockets that have some, and stands still while none has. Two things Deno cannot do. It cannot
// cut a connection whose peer takes nothing: such a socket is given up at once, as everywhere, but what was queued
// for it (at most `maxBufferedBytes`) stays until the peer or its TCP connection goes. And it cannot close the port
// without closing the WebSockets: a server that accepts no more answers 503 instead.

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

/** The part of `Deno` that is used here; its types are not installed. */
interface DenoServing {
  serve(
    options: {
      readonly hostname: string;
      readonly port: number;
      readonly signal: AbortSignal;
      readonly onListen: () => void;
    },
    handler: (request: Request, info: ConnectionInfo) => Response | Promise<Response>,
  ): {
    readonly addr: { readonly hostname: string; readonly port: number };
    readonly finished: Promise<void>;
  };
  upgradeWebSocket(
    request: Request,
    options: { readonly protocol?: string; readonly idleTimeout: number },
  ): { readonly socket: WebSocket; readonly response: Response };
}

interface ConnectionInfo {
  readonly remoteAddr: { readonly hostname: string };
}

declare const Deno: DenoServing;

/** Deno pings after half of this time without a frame from the peer, and closes after the other half. */
const WEBSOCKET_IDLE_SECONDS = 120;
/** How often sockets with queued bytes are looked at. */
const DRAIN_POLL_MS = 5;
/** Close codes of RFC 6455 section 7.4.1. */
const CLOSED_ABNORMALLY = 1006;
const MESSAGE_TOO_BIG = 1009;
const INTERNAL_ERROR = 1011;

function isTooBig(data: string | ArrayBuffer, maxBytes: number): boolean {
  if (typeof data !== "string") return data.byteLength > maxBytes;
  // A UTF-16 code unit is at most three bytes of UTF-8, so most texts need no counting.
  return data.length * 3 > maxBytes && Buffer.byteLength(data) > maxBytes;
}

/** Calls {@link DenoPeer.checkDrain} of all sockets with queued bytes from one timer. */
class DrainWatch {
  readonly #peers = new Set<DenoPeer>();
  #timer: ReturnType<typeof setInterval> | undefined;

  add(peer: DenoPeer): void {
    this.#peers.add(peer);
    this.#timer ??= setInterval(() => this.#check(), DRAIN_POLL_MS);
  }

  delete(peer: DenoPeer): void {
    this.#peers.delete(peer);
    if (this.#peers.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #check(): void {
    for (const peer of [...this.#peers]) peer.checkDrain();
  }
}

/** One accepted WebSocket. */
class DenoPeer implements PeerSocket {
  readonly #socket: WebSocket;
  readonly #limits: HttpServerOptions;
  readonly #drains: DrainWatch;
  #handler: PeerHandler | undefined;
  #closing = false;
  #lastBufferedBytes = 0;

  constructor(socket: WebSocket, limits: HttpServerOptions, drains: DrainWatch) {
    this.#socket = socket;
    this.#limits = limits;
    this.#drains = drains;
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => this.#receive(data);
    socket.onclose = ({ code, reason }) => this.gone(code === 0 ? CLOSED_ABNORMALLY : code, reason);
  }

  opened(handler: PeerHandler): void {
    this.#handler = handler;
  }

  send(frame: string | Uint8Array): SendStatus {
    const socket = this.#socket;
    if (this.#closing || socket.readyState !== WebSocket.OPEN) return "dropped";
    if (socket.bufferedAmount > this.#limits.maxBufferedBytes) return "dropped";
    socket.send(frame as string | Uint8Array<ArrayBuffer>);
    this.#lastBufferedBytes = socket.bufferedAmount;
    if (this.#lastBufferedBytes === 0) return "sent";
    this.#drains.add(this);
    return "queued";
  }

  cork(write: () => void): void {
    write();
  }

  bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  close(code: number, reason: string): void {
    this.#closing = true;
    this.#socket.close(code, reason);
  }

  terminate(): void {
    this.close(INTERNAL_ERROR, "");
    this.gone(CLOSED_ABNORMALLY, "");
  }

  /** Tells the handler once that the socket is gone. */
  gone(code: number, reason: string): void {
    this.#drains.delete(this);
    const handler = this.#handler;
    this.#handler = undefined;
    handler?.onClose(code, reason);
  }

  checkDrain(): void {
    const buffered = this.#socket.bufferedAmount;
    const drained = buffered < this.#lastBufferedBytes;
    this.#lastBufferedBytes = buffered;
    if (buffered === 0) this.#drains.delete(this);
    if (drained) this.#handler?.onDrain();
  }

  #receive(data: string | ArrayBuffer): void {
    if (this.#closing) return;
    if (isTooBig(data, this.#limits.maxFrameBytes)) this.close(MESSAGE_TOO_BIG, "frame too large");
    else if (typeof data === "string") this.#handler?.onText(data);
    else this.#handler?.onBinary(new Uint8Array(data));
  }
}

interface UpgradableContext extends RequestContext {
  /** Deno's own answer to the handshake, if there was one. */
  readonly handshake: Response | undefined;
}

function requestContext(
  request: Request,
  info: ConnectionInfo,
  limits: HttpServerOptions,
  drains: DrainWatch,
) {
  let handshake: Response | undefined;
  const context: UpgradableContext = {
    peerAddress: normalizePeerAddress(info.remoteAddr.hostname),
    wantsUpgrade: request.headers.get("upgrade")?.toLowerCase() === "websocket",
    get handshake() {
      return handshake;
    },
    upgrade(open, options) {
      const upgraded = upgradeWebSocket(request, options?.protocol);
      if (!upgraded) return null;
      handshake = upgraded.response;
      const peer = new DenoPeer(upgraded.socket, limits, drains);
      upgraded.socket.onopen = () => peer.opened(open(peer));
      // A response with status 101 cannot be copied, which middleware does; the caller gets a stand-in, as on Bun.
      return new Response(null);
    },
  };
  return context;
}

/** `null` for a handshake that is not valid, which Deno reports with a TypeError. */
function upgradeWebSocket(request: Request, protocol: string | undefined) {
  try {
    return Deno.upgradeWebSocket(request, {
      idleTimeout: WEBSOCKET_IDLE_SECONDS,
      ...(protocol === undefined ? {} : { protocol }),
    });
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

function unavailable(): Response {
  return new Response("shutting down", { status: 503, headers: { connection: "close" } });
}

/** {@link ServeHttp} on Deno. */
export const serveDeno: ServeHttp = async (options): Promise<HttpServer> => {
  const { hostname, port, fetch } = options;
  const abort = new AbortController();
  const drains = new DrainWatch();
  let accepting = true;
  const listen = () => {
    try {
      return Deno.serve({ hostname, port, signal: abort.signal, onListen() {} }, async (request, info) => {
        if (!accepting) return unavailable();
        const context = requestContext(request, info, options, drains);
        const response = await fetch(request, context);
        return context.handshake ?? response;
      });
    } catch (cause) {
      throw listenError(options.hostname, options.port, cause);
    }
  };
  const server = listen();
  return {
    hostname: server.addr.hostname,
    port: server.addr.port,
    stopAccepting() {
      accepting = false;
    },
    async stop() {
      abort.abort();
      await server.finished;
    },
  };
};
