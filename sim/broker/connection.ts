// One client connection. Requests are answered one after the other in the order in which they came, as Kafka
// does; while one waits (a long poll, a join) the others behind it wait too. Bytes that are not a request of a
// known version end the connection, as does a peer that does not take its answers. Who answers is given: the embedded
// broker, or a proxy that asks a real one.

import { DashstreamError, describeError } from "../../src/errors.ts";
import type { RequestHeader } from "../../src/kafka-protocol/api.ts";
import type { ApiName } from "../../src/kafka-protocol/apis.ts";
import { FrameSplitter } from "../../src/kafka-protocol/frame.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import type { StreamSocket } from "../../src/runtime/network.ts";
import type { Log } from "../../src/telemetry/log.ts";
import type { Controls, Decision, Interference, RequestTarget } from "./control.ts";

/** Kafka's `socket.request.max.bytes`. */
export const MAX_REQUEST_BYTES = 100 * 1024 * 1024;
/** Requests of one connection that may wait, and their bytes; beyond that nothing more is read from it. */
const MAX_WAITING_REQUESTS = 64;
const MAX_WAITING_BYTES = 32 * 1024 * 1024;
/** Unsent bytes of answers beyond which the next request waits. */
export const MAX_UNSENT_BYTES = 32 * 1024 * 1024;

/** An encoded response with its length prefix; `null` if the client wants none. */
export type Answer = Buffer | null | Promise<Buffer | null>;

/** Under which circumstances a request is handled. */
export interface Handling {
  /** What a control rule decided, if any did. */
  readonly decision: Decision | null;
  /** Aborts when the connection is gone; whoever waits must stop then. */
  readonly connection: AbortSignal;
}

/** A decoded request, ready to be handled. */
export interface Call {
  /** `null`: of an API that has no name here. */
  readonly api: ApiName | null;
  readonly header: RequestHeader;
  readonly targets: readonly RequestTarget[];
  handle(handling: Handling): Answer;
}

export interface ConnectionContext {
  readonly clock: Clock;
  readonly controls: Controls;
  readonly log: Log;
  readonly connectionId: number;
  readonly node: { readonly nodeId: number };
  /**
   * Reads a request; bytes are its answer, whatever rules are in force.
   * @throws DashstreamError `protocol_error` if it is none
   */
  read(frame: Buffer): Call | Buffer;
}

/**
 * Serves one socket until either side closes it.
 * @returns ends whatever waits on the connection, at once; the socket itself is its owner's to close
 */
export function serveConnection(socket: StreamSocket, context: ConnectionContext): () => void {
  const connection = new Connection(socket, context);
  socket.setNoDelay(true);
  socket.on("data", (chunk: Buffer) => connection.receive(chunk));
  socket.on("drain", () => connection.pump());
  socket.on("error", (error: Error) =>
    context.log.debug("connection failed", { error: describeError(error) }),
  );
  socket.on("close", () => connection.closed());
  return () => connection.closed();
}

class Connection {
  readonly #socket: StreamSocket;
  readonly #context: ConnectionContext;
  readonly #splitter = new FrameSplitter(MAX_REQUEST_BYTES);
  readonly #waiting: Buffer[] = [];
  #waitingBytes = 0;
  readonly #gone = new AbortController();
  #busy = false;
  #paused = false;

  constructor(socket: StreamSocket, context: ConnectionContext) {
    this.#socket = socket;
    this.#context = context;
  }

  receive(chunk: Buffer): void {
    try {
      this.#splitter.push(chunk, (frame) => this.#enqueue(frame));
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.pump();
    const isMuch = this.#waiting.length > MAX_WAITING_REQUESTS || this.#waitingBytes > MAX_WAITING_BYTES;
    if (isMuch && !this.#paused) {
      this.#paused = true;
      this.#socket.pause();
    }
  }

  closed(): void {
    this.#waiting.length = 0;
    this.#waitingBytes = 0;
    this.#gone.abort();
  }

  /** Handles what waits, until a request must wait itself or the peer does not take the answers. */
  pump(): void {
    while (!this.#busy && this.#socket.writableLength < MAX_UNSENT_BYTES) {
      const frame = this.#waiting.shift();
      if (!frame || this.#gone.signal.aborted) break;
      this.#waitingBytes -= frame.length;
      try {
        const response = this.#answer(frame);
        if (response instanceof Promise) {
          this.#busy = true;
          response.then(
            (late) => this.#resumeWith(late),
            (error: unknown) => this.#fail(error),
          );
        } else if (response) this.#socket.write(response);
      } catch (error) {
        this.#fail(error);
      }
    }
    const isLittle =
      this.#waiting.length <= MAX_WAITING_REQUESTS / 2 && this.#waitingBytes <= MAX_WAITING_BYTES;
    if (this.#paused && isLittle) {
      this.#paused = false;
      this.#socket.resume();
    }
  }

  #enqueue(frame: Buffer): void {
    this.#waiting.push(frame);
    this.#waitingBytes += frame.length;
  }

  #resumeWith(response: Buffer | null): void {
    this.#busy = false;
    if (this.#gone.signal.aborted) return;
    if (response) this.#socket.write(response);
    this.pump();
  }

  #answer(frame: Buffer): Answer {
    const call = this.#context.read(frame);
    if (Buffer.isBuffer(call)) return call;
    return this.#context.controls.active ? this.#controlled(call) : call.handle(this.#handling(null));
  }

  /** Handles a request under the rules of the control interface. */
  #controlled(call: Call): Answer {
    const { controls, node, connectionId } = this.#context;
    const decision = controls.decide({
      api: call.api,
      apiVersion: call.header.apiVersion,
      clientId: call.header.clientId,
      nodeId: node.nodeId,
      connectionId,
      targets: call.targets,
    });
    const handling = this.#handling(decision);
    if (decision === null) return call.handle(handling);
    const { action } = decision;
    switch (action.kind) {
      case "error":
        return this.#refuse(call, handling, action.delayMs ?? 0);
      case "pass":
      case "withhold":
      case "ration":
        return call.handle(handling);
      case "delay":
      case "hang":
      case "drop":
        return this.#interfere(call, handling, action);
    }
  }

  /** The decision is the error. */
  #refuse(call: Call, handling: Handling, delayMs: number): Answer {
    if (delayMs === 0) return call.handle(handling);
    const waited = this.#context.clock.sleep(delayMs, handling.connection);
    return waited.then((isHere) => (isHere ? call.handle(handling) : null));
  }

  async #interfere(call: Call, handling: Handling, action: Interference): Promise<Buffer | null> {
    const stage = action.stage ?? "request";
    const response = stage === "response" ? await call.handle(handling) : null;
    if (action.kind === "hang") return new Promise(() => {});
    if (action.kind === "drop") {
      this.#socket.destroy();
      return null;
    }
    const isHere = await this.#context.clock.sleep(action.delayMs, handling.connection);
    return isHere && stage === "request" ? call.handle(handling) : response;
  }

  #handling(decision: Decision | null): Handling {
    return { decision, connection: this.#gone.signal };
  }

  #fail(error: unknown): void {
    const { node, log } = this.#context;
    // What was under way when the connection went is nobody's fault.
    if (this.#gone.signal.aborted) return;
    const isBad = error instanceof DashstreamError && error.code === "protocol_error";
    const what = isBad ? "after a bad request" : "with a request that could not be answered";
    log.warn(`connection closed ${what}`, { node: node.nodeId, error: describeError(error) });
    this.#socket.destroy();
  }
}
