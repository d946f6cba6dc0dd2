// One WebSocket from dialling to its end. It reports its end exactly once, with a reason, whether the server
// closed, the network failed, nothing was heard for too long or the protocol was broken.

import { DashstreamError, describeError } from "../errors.ts";
import type { Clock } from "../runtime/clock.ts";

/** The part of the standard `WebSocket` that the client uses. */
export type ClientWebSocket = Pick<
  WebSocket,
  "binaryType" | "protocol" | "onopen" | "onmessage" | "onerror" | "onclose" | "send" | "close"
>;
export type WebSocketConstructor = new (url: string, protocols?: string[]) => ClientWebSocket;

/** How a connection ended. */
export interface SocketEnd {
  readonly reason: string;
  /** False if it never came about. */
  readonly wasOpen: boolean;
  /** The server, or the network, ended it; not this side for lack of an answer. */
  readonly byPeer: boolean;
}

export interface SocketEvents {
  /** With the subprotocol that the server chose; empty for none. */
  readonly onOpen: (subprotocol: string) => void;
  /** What is said first on a connection that has opened. */
  readonly firstFrame: () => string;
  /** May throw DashstreamError `protocol_error`; the connection then ends. As it does for any other error, which is thrown on. */
  readonly onText: (text: string) => void;
  /** As {@link SocketEvents.onText}. */
  readonly onBinary: (data: Uint8Array) => void;
  /** The last call, and made exactly once unless `close` was called before. */
  readonly onEnd: (end: SocketEnd) => void;
}

export interface SocketOptions {
  readonly url: string;
  /** To be offered; `null` for none. */
  readonly subprotocol: string | null;
  readonly WebSocket: WebSocketConstructor;
  readonly clock: Clock;
  readonly events: SocketEvents;
}

export interface StreamSocket {
  /** Only once it is open. */
  send(frame: string): void;
  /** Ends the connection without an `onEnd`. */
  close(): void;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** A server that says nothing between two pings, not even pong, is gone. */
const PING_INTERVAL_MS = 20_000;
const PING = JSON.stringify({ type: "ping" });
const NORMAL_CLOSURE = 1000;
/** From the private range, the only one besides 1000 that a browser lets a page use. */
const PROTOCOL_BROKEN = 4002;

/** From the private range, as above. */
const LISTENER_FAILED = 4003;

/** Opens a WebSocket. */
export function openSocket({ url, subprotocol, WebSocket, clock, events }: SocketOptions): StreamSocket {
  const socket = subprotocol === null ? new WebSocket(url) : new WebSocket(url, [subprotocol]);
  socket.binaryType = "arraybuffer";
  let wasOpen = false;
  let heard = true;
  let failure = "";

  let timer = clock.after(CONNECT_TIMEOUT_MS, () =>
    finish(`no connection within ${CONNECT_TIMEOUT_MS / 1000} s`),
  );
  const detach = (code: number): void => {
    timer.cancel();
    socket.onopen = socket.onmessage = socket.onerror = socket.onclose = null;
    socket.close(code);
  };
  const finish = (reason: string, code = NORMAL_CLOSURE, byPeer = false): void => {
    detach(code);
    events.onEnd({ reason, wasOpen, byPeer });
  };
  const ping = (): void => {
    if (!heard) return finish(`nothing heard for ${PING_INTERVAL_MS / 1000} s`);
    heard = false;
    socket.send(PING);
  };

  socket.onopen = () => {
    wasOpen = true;
    timer.cancel();
    timer = clock.every(PING_INTERVAL_MS, ping);
    events.onOpen(socket.protocol);
    // Whoever was told that it is open may have closed it.
    if (socket.onmessage !== null) socket.send(events.firstFrame());
  };
  socket.onmessage = ({ data }: MessageEvent<unknown>) => {
    heard = true;
    try {
      if (typeof data === "string") events.onText(data);
      else if (data instanceof ArrayBuffer) events.onBinary(new Uint8Array(data));
    } catch (error) {
      const isBroken = error instanceof DashstreamError && error.code === "protocol_error";
      // A listener that closed the stream before it threw has ended all this already.
      if (socket.onmessage !== null) {
        finish(describeError(error), isBroken ? PROTOCOL_BROKEN : LISTENER_FAILED);
      }
      if (!isBroken) throw error;
    }
  };
  // An error is always followed by a close, which lacks its message.
  socket.onerror = (event) => {
    failure = "message" in event && typeof event.message === "string" ? event.message : "connection failed";
  };
  socket.onclose = ({ code, reason }) => {
    finish(reason || failure || `closed by the server (${code})`, NORMAL_CLOSURE, true);
  };
  return { send: (frame) => socket.send(frame), close: () => detach(NORMAL_CLOSURE) };
}
