// Serving HTTP and WebSocket, the same on Bun and Deno. A WebSocket is reduced to four methods, because that
// is what both runtimes have in common; the fan-out needs no more.

/** What became of a frame handed to a socket: `sent`, `queued` (backpressure, will be sent), `dropped`. */
export type SendStatus = "sent" | "queued" | "dropped";

export interface PeerSocket {
  send(frame: string | Uint8Array): SendStatus;
  /** Runs `write` so that its frames leave in as few packets as possible. */
  cork(write: () => void): void;
  /** Bytes accepted by `send` that the peer's TCP has not taken yet. */
  bufferedBytes(): number;
  /** Starts the closing handshake; frames queued before it are still sent. */
  close(code: number, reason: string): void;
  /** Cuts the connection without a closing handshake, dropping what is queued. */
  terminate(): void;
}

/** Callbacks of one accepted socket. All are synchronous: an async handler would reorder frames. */
export interface PeerHandler {
  onText(text: string): void;
  onBinary(data: Uint8Array): void;
  /** The socket took queued bytes; there is room again. */
  onDrain(): void;
  /** Called exactly once, whoever closed. */
  onClose(code: number, reason: string): void;
}

export interface RequestContext {
  /** Address of the TCP peer, without port; IPv4-mapped IPv6 addresses are given as IPv4. */
  readonly peerAddress: string;
  /** True if the request asks for a WebSocket. */
  readonly wantsUpgrade: boolean;
  /**
   * Turns the request into a WebSocket. `open` gets the socket and returns its callbacks. Returns the response
   * that the fetch handler must return, or `null` if the handshake is not valid (nothing was opened, `open` is
   * never called).
   */
  upgrade(
    open: (socket: PeerSocket) => PeerHandler,
    options?: { readonly protocol?: string },
  ): Response | null;
}

export interface HttpServerOptions {
  readonly hostname: string;
  /** 0 picks a free port. */
  readonly port: number;
  readonly fetch: (request: Request, context: RequestContext) => Response | Promise<Response>;
  /** Larger incoming WebSocket frames close the connection with 1009. */
  readonly maxFrameBytes: number;
  /** Queued bytes per WebSocket beyond which the runtime itself drops frames; the hub stays well below. */
  readonly maxBufferedBytes: number;
}

export interface HttpServer {
  readonly hostname: string;
  readonly port: number;
  /** Stops accepting; open sockets stay. */
  stopAccepting(): void;
  /** Ends everything that is left. */
  stop(): Promise<void>;
}

/** @throws DashstreamError `port_in_use` or `listen_failed` */
export type ServeHttp = (options: HttpServerOptions) => Promise<HttpServer>;
