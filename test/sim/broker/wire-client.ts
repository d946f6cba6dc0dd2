// A bare client of the wire protocol, for what client libraries do not let one say: broken batches, odd sequence
// numbers, old and future versions.

import {
  type Api,
  decodeResponse,
  encodeRequest,
  type RequestOf,
  type ResponseOf,
} from "../../../src/kafka-protocol/api.ts";
import { FrameSplitter } from "../../../src/kafka-protocol/frame.ts";
import { type Network, systemNetwork } from "../../../src/runtime/network.ts";

export interface WireClient {
  /** Sends a request and reads its response. Rejects if the connection closes before. */
  call<A extends Api>(api: A, version: number, request: RequestOf<A>): Promise<ResponseOf<A>>;
  /** Sends bytes as they are and gives the next frame, without its length prefix. */
  exchange(bytes: Uint8Array): Promise<Buffer>;
  /** Sends bytes that are not answered. */
  send(bytes: Uint8Array): void;
  /** Resolves when the other side has closed the connection. */
  readonly closed: Promise<void>;
  close(): void;
}

export interface WireClientOptions {
  readonly network?: Network;
  readonly clientId?: string;
}

const MAX_RESPONSE_BYTES = 100 * 1024 * 1024;

export function connectWire(bootstrap: string, options: WireClientOptions = {}): Promise<WireClient> {
  const { network = systemNetwork, clientId = "wire" } = options;
  const [host = "", port = ""] = (bootstrap.split(",")[0] ?? "").split(":");
  const splitter = new FrameSplitter(MAX_RESPONSE_BYTES);
  const waiting: Array<{ resolve: (frame: Buffer) => void; reject: (error: Error) => void }> = [];
  const closed = Promise.withResolvers<void>();
  let correlationId = 0;
  return new Promise((connected, failed) => {
    const socket = network.dial({ host, port: Number(port) }, () => connected(client));
    socket.on("data", (chunk: Buffer) => splitter.push(chunk, (frame) => waiting.shift()?.resolve(frame)));
    socket.on("error", failed);
    socket.on("close", () => {
      closed.resolve();
      for (const { reject } of waiting) reject(new Error("connection closed"));
    });
    const exchange = (bytes: Uint8Array): Promise<Buffer> =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        socket.write(bytes);
      });
    const client: WireClient = {
      async call<A extends Api>(api: A, version: number, request: RequestOf<A>) {
        const header = { correlationId: ++correlationId, clientId };
        const frame = await exchange(encodeRequest(api, version, header, request));
        const response = decodeResponse(api, version, frame);
        if (response.correlationId !== header.correlationId) {
          throw new Error(`answer to ${response.correlationId}, expected ${header.correlationId}`);
        }
        return response.body as ResponseOf<A>;
      },
      exchange,
      send: (bytes) => void socket.write(bytes),
      closed: closed.promise,
      close: () => void socket.destroy(),
    };
  });
}
