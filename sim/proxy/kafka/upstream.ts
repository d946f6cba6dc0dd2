// The connection to a real broker on which one client's requests go on. Answers are matched in the order of the requests,
// as Kafka keeps it; one that is not that of its request, or no frame at all, ends the connection.

import { DashstreamError, describeError } from "../../../src/errors.ts";
import { type Api, decodeResponse, encodeRequest } from "../../../src/kafka-protocol/api.ts";
import { FrameSplitter } from "../../../src/kafka-protocol/frame.ts";
import type { Network, StreamSocket } from "../../../src/runtime/network.ts";
import type { Log } from "../../../src/telemetry/log.ts";
import type { Address } from "../../broker/cluster.ts";
import { MAX_UNSENT_BYTES } from "../../broker/connection.ts";

/** No answer is larger: brokers give a fetch 55 MiB (`fetch.max.bytes`), and a batch more. */
const MAX_RESPONSE_BYTES = 100 * 1024 * 1024;
/** Where requests have their correlation id: behind length, API key and version. */
const CORRELATION_ID_AT = 8;

interface Waiting {
  readonly correlationId: number;
  readonly resolve: (frame: Buffer) => void;
  readonly reject: (error: DashstreamError) => void;
}

export interface UpstreamOptions {
  readonly network: Network;
  readonly address: Address;
  readonly log: Log;
  /** It is closed, whoever closed it; `reached` tells whether it ever stood. */
  readonly onClosed: (reached: boolean) => void;
}

/** A frame with its length prefix. */
export function withPrefix(frame: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(4 + frame.length);
  bytes.writeInt32BE(frame.length, 0);
  bytes.set(frame, 4);
  return bytes;
}

export class Upstream {
  readonly #socket: StreamSocket;
  readonly #address: Address;
  readonly #waiting: Waiting[] = [];
  /** Who waits until the broker takes more. */
  #onRoom: (() => void)[] = [];
  #closed = false;

  /** Dials at once; requests wait until it stands. */
  constructor({ network, address, log, onClosed }: UpstreamOptions) {
    const { host, port } = address;
    const splitter = new FrameSplitter(MAX_RESPONSE_BYTES);
    let reached = false;
    this.#address = { host, port };
    this.#socket = network.dial({ host, port }, () => {
      reached = true;
    });
    this.#socket.setNoDelay(true);
    this.#socket.on("data", (chunk: Buffer) => {
      try {
        splitter.push(chunk, (frame) => this.#answered(frame));
      } catch (error) {
        log.warn("connection closed after a bad answer", {
          broker: `${host}:${port}`,
          error: describeError(error),
        });
        this.#socket.destroy();
      }
    });
    this.#socket.on("drain", () => this.#makeRoom());
    this.#socket.on("error", (error: Error) => {
      log.debug("connection to a broker failed", { broker: `${host}:${port}`, error: describeError(error) });
    });
    this.#socket.on("close", () => {
      this.#closed = true;
      onClosed(reached);
      this.#makeRoom();
      for (const { reject } of this.#waiting.splice(0)) reject(this.#lost());
    });
  }

  /**
   * Sends a request and gives the frame of its answer, without its prefix.
   * @throws DashstreamError `kafka_unreachable` if the connection ends before
   */
  exchange(request: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(this.#lost());
      const correlationId = request.readInt32BE(CORRELATION_ID_AT);
      this.#waiting.push({ correlationId, resolve, reject });
      this.#socket.write(request);
    });
  }

  /** Asks as the proxy itself. @throws DashstreamError as `exchange` */
  async call<Req, Res>(api: Api<string, Req, Res>, version: number, request: Req): Promise<Res> {
    const header = { correlationId: 0, clientId: "dashstream-fault-proxy" };
    const frame = await this.exchange(encodeRequest(api, version, header, request));
    return decodeResponse(api, version, frame).body;
  }

  /** Sends what is not answered. Resolves when more may be sent. */
  async send(request: Buffer): Promise<void> {
    if (this.#closed) return;
    this.#socket.write(request);
    if (this.#socket.writableLength < MAX_UNSENT_BYTES) return;
    await new Promise<void>((resolve) => this.#onRoom.push(resolve));
  }

  close(): void {
    this.#socket.destroy();
  }

  #answered(frame: Buffer): void {
    const [next] = this.#waiting;
    const found = frame.length < 4 ? null : frame.readInt32BE(0);
    if (next === undefined || found !== next.correlationId) {
      const expected = next === undefined ? "none" : `one to request ${next.correlationId}`;
      throw new DashstreamError("protocol_error", `an answer to request ${found}, expected ${expected}`);
    }
    this.#waiting.shift();
    next.resolve(frame);
  }

  #makeRoom(): void {
    for (const resolve of this.#onRoom.splice(0)) resolve();
  }

  #lost(): DashstreamError {
    const { host, port } = this.#address;
    return new DashstreamError(
      "kafka_unreachable",
      `the connection to the broker at ${host}:${port} is lost`,
    );
  }
}
