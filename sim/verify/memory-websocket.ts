// A WebSocket inside the process. The server's end is the seam that Bun and Deno fill in production; the client's
// end is a standard `WebSocket`, and one that can stop reading, as a slow consumer does.

import type { ClientWebSocket } from "../../src/client/index.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import type { PeerHandler, PeerSocket, SendStatus } from "../../src/runtime/http.ts";

/** Close codes of RFC 6455 section 7.4.1. */
const NO_STATUS = 1005;
const CLOSED_ABNORMALLY = 1006;
const MESSAGE_TOO_BIG = 1009;

type Frame = string | Uint8Array;

export interface ConnectionLimits {
  readonly maxFrameBytes: number;
  readonly maxBufferedBytes: number;
  /** What kernels keep for a peer that does not read; the rest is buffered by the server. */
  readonly kernelBytes: number;
}

function bytesOf(frame: Frame): number {
  return typeof frame === "string" ? Buffer.byteLength(frame) : frame.length;
}

/** The client's end. Dialling it is up to the network that made it. */
export class MemoryWebSocket implements ClientWebSocket {
  binaryType: BinaryType = "blob";
  /** What the server chose of the subprotocols that were offered; empty = none. */
  protocol = "";
  onopen: ClientWebSocket["onopen"] = null;
  onmessage: ClientWebSocket["onmessage"] = null;
  onerror: ClientWebSocket["onerror"] = null;
  onclose: ClientWebSocket["onclose"] = null;
  #connection: MemoryConnection | null = null;
  #closed = false;

  /** Reads nothing more until `resumeReading`. */
  pauseReading(): void {
    this.#connection?.setReading(false);
  }

  resumeReading(): void {
    this.#connection?.setReading(true);
  }

  send(data: string | ArrayBufferLike | Blob | ArrayBufferView): void {
    if (typeof data === "string") this.#connection?.receive(data);
    else if (data instanceof Uint8Array) this.#connection?.receive(new Uint8Array(data));
    else throw new TypeError("only text and Uint8Array are sent here");
  }

  close(code: number = NO_STATUS, reason = ""): void {
    const connection = this.#connection;
    if (connection) connection.closedByClient(code, reason);
    else this.closed(CLOSED_ABNORMALLY, "");
  }

  /** The handshake succeeded. */
  opened(connection: MemoryConnection): void {
    if (this.#closed) return connection.closedByClient(CLOSED_ABNORMALLY, "");
    this.#connection = connection;
    this.onopen?.call(this.#self, new Event("open"));
  }

  /** There is nobody there, or the handshake was refused. */
  failed(message: string): void {
    if (this.#closed) return;
    this.onerror?.call(this.#self, new ErrorEvent("error", { message }));
    this.closed(CLOSED_ABNORMALLY, "");
  }

  delivered(frame: Frame): void {
    const data = typeof frame === "string" ? frame : frame.buffer;
    this.onmessage?.call(this.#self, new MessageEvent("message", { data }));
  }

  closed(code: number, reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    const wasClean = code !== CLOSED_ABNORMALLY;
    this.onclose?.call(this.#self, new CloseEvent("close", { code, reason, wasClean }));
  }

  /** Handlers are typed with the whole `WebSocket`, of which this is the part that clients use. */
  get #self(): WebSocket {
    return this as unknown as WebSocket;
  }
}

/** The server's end. */
export class MemoryConnection implements PeerSocket {
  readonly #client: MemoryWebSocket;
  readonly #clock: Clock;
  readonly #limits: ConnectionLimits;
  readonly #handler: PeerHandler;
  readonly #onGone: (connection: MemoryConnection) => void;
  readonly #unread: Frame[] = [];
  #unreadBytes = 0;
  #isReading = false;
  #isDelivering = false;
  #closing: { readonly code: number; readonly reason: string } | null = null;
  #isGone = false;

  constructor(
    client: MemoryWebSocket,
    clock: Clock,
    limits: ConnectionLimits,
    open: (socket: PeerSocket) => PeerHandler,
    onGone: (connection: MemoryConnection) => void,
  ) {
    this.#client = client;
    this.#clock = clock;
    this.#limits = limits;
    this.#onGone = onGone;
    this.#handler = open(this);
  }

  /** The client has seen the handshake; what was sent before reaches it now. */
  established(): void {
    this.#client.opened(this);
    this.setReading(true);
  }

  setReading(isReading: boolean): void {
    this.#isReading = isReading;
    this.#scheduleDelivery();
  }

  send(frame: Frame): SendStatus {
    if (this.#closing || this.#isGone || this.bufferedBytes() > this.#limits.maxBufferedBytes)
      return "dropped";
    // Copied, as it would be on its way.
    this.#unread.push(typeof frame === "string" ? frame : new Uint8Array(frame));
    this.#unreadBytes += bytesOf(frame);
    this.#scheduleDelivery();
    return this.bufferedBytes() === 0 ? "sent" : "queued";
  }

  cork(write: () => void): void {
    write();
  }

  bufferedBytes(): number {
    return Math.max(0, this.#unreadBytes - this.#limits.kernelBytes);
  }

  close(code: number, reason: string): void {
    this.#closing ??= { code, reason };
    this.#scheduleDelivery();
  }

  terminate(): void {
    this.#gone(CLOSED_ABNORMALLY, "");
    this.#clock.after(0, () => this.#client.closed(CLOSED_ABNORMALLY, ""));
  }

  /** A frame from the client. */
  receive(frame: Frame): void {
    this.#clock.after(0, () => {
      if (this.#isGone || this.#closing) return;
      if (bytesOf(frame) > this.#limits.maxFrameBytes) this.close(MESSAGE_TOO_BIG, "frame too large");
      else if (typeof frame === "string") this.#handler.onText(frame);
      else this.#handler.onBinary(frame);
    });
  }

  closedByClient(code: number, reason: string): void {
    this.#clock.after(0, () => {
      this.#gone(code, reason);
      this.#client.closed(code, reason);
    });
  }

  #scheduleDelivery(): void {
    if (!this.#isReading || this.#isDelivering || this.#isGone) return;
    this.#isDelivering = true;
    this.#clock.after(0, () => {
      this.#isDelivering = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    const bufferedBefore = this.bufferedBytes();
    while (this.#isReading && !this.#isGone) {
      const frame = this.#unread.shift();
      if (frame === undefined) break;
      this.#unreadBytes -= bytesOf(frame);
      this.#client.delivered(frame);
    }
    if (this.#isGone) return;
    if (this.bufferedBytes() < bufferedBefore) this.#handler.onDrain();
    if (this.#closing && this.#unread.length === 0 && this.#isReading) {
      const { code, reason } = this.#closing;
      this.#client.closed(code, reason);
      this.#clock.after(0, () => this.#gone(code, reason));
    }
  }

  #gone(code: number, reason: string): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#unread.length = 0;
    this.#unreadBytes = 0;
    this.#onGone(this);
    this.#handler.onClose(code, reason);
  }
}
