// A WebSocket connection as cheaply as possible: plain TCP and the handshake by hand.

import { connect, type Socket } from "node:net";
import { clientTextFrame } from "./websocket-frames.ts";

export interface RawSocketOptions {
  readonly port: number;
  /** Subprotocol to ask for; "" for none. */
  readonly protocol: string;
  /** First text frame; "" for none. */
  readonly hello: string;
  /** What comes after the handshake. */
  readonly onData: (data: Buffer) => void;
  /** Rejection, error or end of the connection, whoever ended it. */
  readonly onEnd: (error: Error) => void;
}

export function openRawSocket({ port, protocol, hello, onData, onEnd }: RawSocketOptions): Socket {
  let head: Buffer | null = Buffer.alloc(0);
  const socket = connect(port, "127.0.0.1", () => {
    socket.write(
      "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        `${protocol ? `Sec-WebSocket-Protocol: ${protocol}\r\n` : ""}` +
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
    );
  });
  socket.on("data", (data: Buffer) => {
    if (head === null) return onData(data);
    head = Buffer.concat([head, data]);
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) return;
    if (!head.toString("latin1", 0, 12).endsWith("101")) return onEnd(new Error(head.toString()));
    const first = head.subarray(end + 4);
    head = null;
    if (hello) socket.write(clientTextFrame(hello));
    if (first.length > 0) onData(first);
  });
  socket.on("error", onEnd);
  socket.on("close", () => onEnd(new Error("the connection was closed")));
  return socket;
}
