// A WebSocket client over a plain socket, which can do what no library lets one do: stop reading, send nonsense, and leave
// without a word (RFC 6455).

import { DashstreamError } from "../../src/errors.ts";
import type { DialTarget, Network, StreamSocket } from "../../src/runtime/network.ts";
import type { Random } from "../../src/runtime/random.ts";
import type { StageClient } from "../faults/stage.ts";

export interface RawClientOptions {
  readonly network: Network;
  readonly random: Random;
  readonly target: DialTarget;
  /** Path of the WebSocket. */
  readonly path: string;
}

const KEY_BYTES = 16;
const MASK_BYTES = 4;
const OPCODE_CLOSE = 0x8;
const FINAL_TEXT = 0x81;
const MASKED = 0x80;
const SHORT_LENGTH = 126;
const LONG_LENGTH = 127;
const MAX_U16 = 0xffff;
/** The close code of a connection that ended without a closing frame. */
const CLOSED_ABNORMALLY = 1006;
const END_OF_HEAD = "\r\n\r\n";

/** Resolves when the handshake is over. @throws DashstreamError `server_unreachable` if the server refuses it */
export function connectRaw({ network, random, target, path }: RawClientOptions): Promise<StageClient> {
  return new Promise((resolve, reject) => {
    const key = Buffer.from(random.bytes(KEY_BYTES)).toString("base64");
    const socket = network.dial(target, () => {
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: ${target.host}:${target.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
          `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
      );
    });
    const refused = (reason: string) =>
      reject(
        new DashstreamError(
          "server_unreachable",
          `no connection to ${target.host}:${target.port}: ${reason}`,
        ),
      );
    let head = "";
    const onHead = (data: Buffer) => {
      head += data.toString("latin1");
      const end = head.indexOf(END_OF_HEAD);
      if (end === -1) return;
      socket.off("data", onHead);
      const status = head.slice(0, head.indexOf("\r\n"));
      if (!/^HTTP\/1\.1 101 /.test(status)) {
        socket.destroy();
        return refused(status);
      }
      resolve(new RawClient(socket, random, Buffer.from(head.slice(end + END_OF_HEAD.length), "latin1")));
    };
    socket.on("data", onHead);
    socket.on("error", (error: Error) => refused(error.message));
    socket.on("close", () => refused("it was closed"));
  });
}

class RawClient implements StageClient {
  readonly #socket: StreamSocket;
  readonly #random: Random;
  readonly #frames = new FrameSkipper();
  closeCode: number | null = null;

  constructor(socket: StreamSocket, random: Random, first: Buffer) {
    this.#socket = socket;
    this.#random = random;
    this.#take(first);
    socket.on("data", (data: Buffer) => this.#take(data));
    socket.on("close", () => {
      this.closeCode ??= CLOSED_ABNORMALLY;
    });
  }

  read(reading: boolean): void {
    if (reading) this.#socket.resume();
    else this.#socket.pause();
  }

  send(text: string): void {
    if (this.closeCode === null) this.#socket.write(maskedText(text, this.#random));
  }

  cut(): void {
    this.#socket.resetAndDestroy();
  }

  #take(data: Buffer): void {
    const code = this.#frames.take(data);
    if (code === null) return;
    this.closeCode = code;
    this.#socket.end();
  }
}

/** Looks at nothing but the close frame; what lies between is skipped, however large. */
class FrameSkipper {
  #pending = Buffer.alloc(0);
  #skip = 0;

  /** The code of a close frame, if there was one. */
  take(data: Buffer): number | null {
    let rest = data;
    if (this.#skip > 0) {
      const skipped = Math.min(this.#skip, rest.length);
      this.#skip -= skipped;
      rest = rest.subarray(skipped);
    }
    this.#pending = Buffer.concat([this.#pending, rest]);
    for (;;) {
      const head = headOf(this.#pending);
      if (head === null) return null;
      const { opcode, headLength, payloadLength } = head;
      if (opcode === OPCODE_CLOSE) {
        if (this.#pending.length < headLength + payloadLength) return null;
        return payloadLength >= 2 ? this.#pending.readUInt16BE(headLength) : CLOSED_ABNORMALLY;
      }
      const end = headLength + payloadLength;
      this.#skip = Math.max(0, end - this.#pending.length);
      this.#pending = this.#pending.subarray(end);
    }
  }
}

/** Of an unmasked frame, as servers send them; `null` if not all of it is there. */
function headOf(
  data: Buffer,
): { readonly opcode: number; readonly headLength: number; readonly payloadLength: number } | null {
  const first = data[0];
  const second = data[1];
  if (first === undefined || second === undefined) return null;
  const opcode = first & 0x0f;
  const short = second & ~MASKED;
  if (short < SHORT_LENGTH) return { opcode, headLength: 2, payloadLength: short };
  const headLength = short === LONG_LENGTH ? 10 : 4;
  if (data.length < headLength) return null;
  const payloadLength = short === LONG_LENGTH ? Number(data.readBigUInt64BE(2)) : data.readUInt16BE(2);
  return { opcode, headLength, payloadLength };
}

function maskedText(text: string, random: Random): Buffer {
  const payload = Buffer.from(text);
  const mask = random.bytes(MASK_BYTES);
  const head = Buffer.alloc(payload.length < SHORT_LENGTH ? 2 : payload.length <= MAX_U16 ? 4 : 10);
  head[0] = FINAL_TEXT;
  if (head.length === 2) head[1] = MASKED | payload.length;
  else if (head.length === 4) {
    head[1] = MASKED | SHORT_LENGTH;
    head.writeUInt16BE(payload.length, 2);
  } else {
    head[1] = MASKED | LONG_LENGTH;
    head.writeBigUInt64BE(BigInt(payload.length), 2);
  }
  for (let i = 0; i < payload.length; i++) payload[i] = (payload[i] ?? 0) ^ (mask[i % MASK_BYTES] ?? 0);
  return Buffer.concat([head, mask, payload]);
}
