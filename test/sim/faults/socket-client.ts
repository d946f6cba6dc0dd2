// Clients of a server's WebSocket for faults: plain TCP and the handshake by hand, because a program that stops reading
// its socket is what a WebSocket of the runtime cannot be.

import { connect, type Socket } from "node:net";
import type { ClientsControl, StageClient } from "../../../sim/faults/stage.ts";
import { frameReader } from "../../bench/websocket-frames.ts";

const CLOSE = 8;
const ABNORMAL_CLOSE = 1006;

class SocketClient implements StageClient {
  readonly #socket: Socket;
  closeCode: number | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
    const onData = frameReader((opcode, payload) => {
      if (opcode === CLOSE && payload.length >= 2) this.closeCode = payload.readUInt16BE(0);
    });
    socket.on("data", onData);
    socket.on("close", () => {
      this.closeCode ??= ABNORMAL_CLOSE;
    });
  }

  read(reading: boolean): void {
    if (reading) this.#socket.resume();
    else this.#socket.pause();
  }

  send(text: string): void {
    this.#socket.write(textFrame(Buffer.from(text)));
  }

  cut(): void {
    this.#socket.destroy();
  }
}

/** A text frame with a mask of zeros (RFC 6455 section 5.2). */
function textFrame(payload: Buffer): Buffer {
  const head = Buffer.alloc(14);
  head[0] = 0x81;
  head[1] = 0x80 | 127;
  head.writeBigUInt64BE(BigInt(payload.length), 2);
  if (payload.length >= 0x1_0000) return Buffer.concat([head, payload]);
  // Lengths must take as few bytes as they can.
  const short = payload.length < 126;
  head[1] = 0x80 | (short ? payload.length : 126);
  head.fill(0, 2);
  if (!short) head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head.subarray(0, short ? 6 : 8), payload]);
}

/** Connects to a server on this machine. */
export function socketClients(port: number): ClientsControl {
  return {
    connect: () =>
      new Promise((resolve, reject) => {
        const socket = connect(port, "127.0.0.1", () => {
          socket.write(
            "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
          );
        });
        socket.on("error", reject);
        socket.once("data", (answer: Buffer) => {
          const status = answer.toString("latin1", 0, 12);
          if (status.endsWith("101")) resolve(new SocketClient(socket));
          else {
            socket.destroy();
            reject(new Error(status));
          }
        });
      }),
  };
}
