// One client connection. Requests are answered one after the other in the order in which they came, as Kafka
// does; while one waits (a long poll, a join) the others behind it wait too. Bytes that are not a request of a
// known version end the connection, as does a peer that does not take its answers.

import { DashstreamError, describeError } from "../../src/errors.ts";
import { encodeResponse, type RequestHeader, readRequestHeader } from "../../src/kafka-protocol/api.ts";
import { APIS } from "../../src/kafka-protocol/apis.ts";
import { KAFKA_ERRORS } from "../../src/kafka-protocol/error-codes.ts";
import { FrameSplitter } from "../../src/kafka-protocol/frame.ts";
import { Reader } from "../../src/kafka-protocol/reader.ts";
import type { StreamSocket } from "../../src/runtime/network.ts";
import type { Log } from "../../src/telemetry/log.ts";
import type { Cluster } from "./cluster.ts";
import type { Controls, Interference } from "./control.ts";
import { versionsResponse } from "./handlers/api-versions.ts";
import type { RequestContext } from "./request-context.ts";
import { type Call, ROUTES } from "./routes.ts";

/** Kafka's `socket.request.max.bytes`. */
const MAX_REQUEST_BYTES = 100 * 1024 * 1024;
/** Requests of one connection that may wait; beyond that nothing more is read from it. */
const MAX_WAITING_REQUESTS = 64;
/** Unsent bytes of answers beyond which the next request waits. */
const MAX_UNSENT_BYTES = 32 * 1024 * 1024;

/** What DescribeGroups shows as a member's host; sockets of a `Network` have no address to show. */
const CLIENT_HOST = "/127.0.0.1";

export interface ConnectionContext {
  readonly cluster: Cluster;
  readonly controls: Controls;
  readonly nodeId: number;
  readonly log: Log;
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
  readonly #id: number;
  readonly #splitter = new FrameSplitter(MAX_REQUEST_BYTES);
  readonly #waiting: Buffer[] = [];
  readonly #gone = new AbortController();
  #busy = false;
  #paused = false;

  constructor(socket: StreamSocket, context: ConnectionContext) {
    this.#socket = socket;
    this.#context = context;
    this.#id = context.cluster.nextConnectionId();
  }

  receive(chunk: Buffer): void {
    try {
      this.#splitter.push(chunk, (frame) => this.#waiting.push(frame));
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.pump();
    if (this.#waiting.length > MAX_WAITING_REQUESTS && !this.#paused) {
      this.#paused = true;
      this.#socket.pause();
    }
  }

  closed(): void {
    this.#waiting.length = 0;
    this.#gone.abort();
  }

  /** Handles what waits, until a request must wait itself or the peer does not take the answers. */
  pump(): void {
    while (!this.#busy && this.#socket.writableLength < MAX_UNSENT_BYTES) {
      const frame = this.#waiting.shift();
      if (!frame || this.#gone.signal.aborted) break;
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
    if (this.#paused && this.#waiting.length <= MAX_WAITING_REQUESTS / 2) {
      this.#paused = false;
      this.#socket.resume();
    }
  }

  #resumeWith(response: Buffer | null): void {
    this.#busy = false;
    if (this.#gone.signal.aborted) return;
    if (response) this.#socket.write(response);
    this.pump();
  }

  #answer(frame: Buffer): Buffer | null | Promise<Buffer | null> {
    const reader = new Reader(frame);
    const header = readRequestHeader(reader);
    const apiVersions = APIS.ApiVersions;
    if (header.apiKey === apiVersions.key && header.apiVersion > apiVersions.maxVersion) {
      const fallback = versionsResponse(KAFKA_ERRORS.UNSUPPORTED_VERSION);
      return encodeResponse(apiVersions.response(0), header.correlationId, fallback);
    }
    const route = ROUTES.get(header.apiKey);
    if (!route) throw new DashstreamError("protocol_error", `API key ${header.apiKey} is not spoken here`);
    const call = route.decode(header, reader);
    const { controls } = this.#context;
    return controls.active ? this.#controlled(call, header) : call.handle(this.#requestContext(header, null));
  }

  /** Handles a request under the rules of the control interface. */
  #controlled(call: Call, header: RequestHeader): Buffer | null | Promise<Buffer | null> {
    const decision = this.#context.controls.decide({
      api: call.api,
      apiVersion: header.apiVersion,
      clientId: header.clientId,
      nodeId: this.#context.nodeId,
      connectionId: this.#id,
      targets: call.targets,
    });
    const context = this.#requestContext(header, decision);
    if (decision === null) return call.handle(context);
    const { action } = decision;
    switch (action.kind) {
      case "error":
        return this.#refuse(call, context, action.delayMs ?? 0);
      case "pass":
      case "withhold":
      case "ration":
        return call.handle(context);
      case "delay":
      case "hang":
      case "drop":
        return this.#interfere(call, context, action);
    }
  }

  /** The context's decision is the error. */
  #refuse(call: Call, context: RequestContext, delayMs: number): Buffer | null | Promise<Buffer | null> {
    if (delayMs === 0) return call.handle(context);
    const waited = context.cluster.clock.sleep(delayMs, context.connection);
    return waited.then((isHere) => (isHere ? call.handle(context) : null));
  }

  async #interfere(call: Call, context: RequestContext, action: Interference): Promise<Buffer | null> {
    const stage = action.stage ?? "request";
    const response = stage === "response" ? await call.handle(context) : null;
    if (action.kind === "hang") return new Promise(() => {});
    if (action.kind === "drop") {
      this.#socket.destroy();
      return null;
    }
    const isHere = await context.cluster.clock.sleep(action.delayMs, context.connection);
    return isHere && stage === "request" ? call.handle(context) : response;
  }

  #requestContext(header: RequestHeader, decision: RequestContext["decision"]): RequestContext {
    const { cluster, nodeId } = this.#context;
    return {
      cluster,
      nodeId,
      apiVersion: header.apiVersion,
      clientId: header.clientId ?? "",
      clientHost: CLIENT_HOST,
      connection: this.#gone.signal,
      decision,
    };
  }

  #fail(error: unknown): void {
    const { nodeId, log } = this.#context;
    log.warn("connection closed after a bad request", { node: nodeId, error: describeError(error) });
    this.#socket.destroy();
  }
}
