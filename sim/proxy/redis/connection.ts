// One client of Redis and its connection behind the proxy. Commands go on as they come, as many at a time as the client
// likes, and are answered in their order, whoever answers them: Redis, or a rule.

import { describeError } from "../../../src/errors.ts";
import type { Clock } from "../../../src/runtime/clock.ts";
import type { Network, StreamSocket } from "../../../src/runtime/network.ts";
import { redisTarget } from "../../../src/stream/redis-connector.ts";
import type { RedisSettings } from "../../../src/stream/redis-settings.ts";
import type { Log } from "../../../src/telemetry/log.ts";
import type { ControlAction, Controls } from "../../redis/control.ts";
import { encodeReply, failure } from "../../redis/reply.ts";
import { commandName, encodeRequest, type Request, RequestReader } from "../../redis/request-reader.ts";
import { ReplyQueue } from "./reply-queue.ts";
import { ReplyScanner } from "./reply-scanner.ts";
import { Transaction } from "./transaction.ts";

export interface ProxiedConnectionContext {
  readonly network: Network;
  readonly clock: Clock;
  readonly controls: Controls;
  readonly log: Log;
  readonly upstream: RedisSettings;
}

interface Waiting {
  readonly request: Request;
  readonly cameMs: number;
}

type Interference = Exclude<ControlAction, { readonly kind: "pass" | "error" }>;

const MAX_REQUEST_BYTES = 64 * 1024 * 1024;
/** Commands that wait here, and answers that wait for Redis; beyond that nothing more is read from the client. */
const MAX_WAITING = 10_000;
/** Bytes that may wait on the way to either side. */
const MAX_UNSENT_BYTES = 1024 * 1024;
/**
 * After these, answers come that nobody asked for, or none comes: they cannot be told from those to commands any more, so
 * that all goes on as it comes.
 */
const UNPAIRED = new Set(["SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "MONITOR", "SYNC", "PSYNC"]);

/**
 * Serves one client until either side closes its connection.
 * @returns ends whatever waits, at once, and the connection to Redis; the client's socket is its owner's to close
 */
export function proxyConnection(client: StreamSocket, context: ProxiedConnectionContext): () => void {
  const connection = new ProxiedRedisConnection(client, context);
  return () => connection.closed();
}

class ProxiedRedisConnection {
  readonly #client: StreamSocket;
  readonly #server: StreamSocket;
  readonly #context: ProxiedConnectionContext;
  readonly #reader = new RequestReader(MAX_REQUEST_BYTES);
  readonly #scanner = new ReplyScanner();
  readonly #replies: ReplyQueue;
  readonly #transaction = new Transaction();
  readonly #gone = new AbortController();
  readonly #waiting: Waiting[] = [];
  #busy = false;
  #reached = false;

  constructor(client: StreamSocket, context: ProxiedConnectionContext) {
    const { network, upstream, log } = context;
    this.#client = client;
    this.#context = context;
    this.#replies = new ReplyQueue({
      write: (bytes) => void client.write(bytes),
      cut: () => void client.destroy(),
    });
    this.#server = network.dial(redisTarget(upstream), () => {
      this.#reached = true;
    });
    for (const socket of [client, this.#server]) {
      socket.setNoDelay(true);
      socket.on("drain", () => this.#pump());
      socket.on("error", (error: Error) =>
        log.debug("redis connection failed", { error: describeError(error) }),
      );
    }
    client.on("data", (chunk: Buffer) => this.#receive(chunk));
    client.on("close", () => this.closed());
    this.#server.on("data", (chunk: Buffer) => this.#answered(chunk));
    this.#server.on("close", () => this.#lostServer());
  }

  closed(): void {
    this.#waiting.length = 0;
    this.#gone.abort();
    this.#server.destroy();
  }

  #receive(chunk: Buffer): void {
    const cameMs = this.#context.clock.monotonicMs();
    try {
      for (const request of this.#reader.push(chunk)) this.#waiting.push({ request, cameMs });
    } catch (error) {
      this.#context.log.warn("redis connection closed after a bad request", { error: describeError(error) });
      this.#client.end(encodeReply(failure(describeError(error)), 2));
      return this.closed();
    }
    this.#pump();
  }

  #answered(chunk: Buffer): void {
    try {
      this.#scanner.push(chunk, (piece) => this.#replies.take(piece));
    } catch (error) {
      this.#context.log.warn("redis connection closed after a bad answer", { error: describeError(error) });
      this.#client.destroy();
      return this.closed();
    }
    this.#pump();
  }

  /** As the machine answers that nobody listens there, and as Redis ends a connection: what it said before arrives. */
  #lostServer(): void {
    if (this.#gone.signal.aborted) return;
    this.closed();
    if (this.#reached) this.#client.end();
    else this.#client.resetAndDestroy();
  }

  /** Lets what waits go on, until a rule makes a command wait longer, or there is no room. */
  #pump(): void {
    while (!this.#busy && this.#hasRoom()) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      const { request, cameMs } = next;
      const action = this.#context.controls.decide({
        command: commandName(request),
        args: request.slice(1),
      });
      if (action.kind === "pass") this.#forward(request);
      else if (action.kind === "error") this.#refuse(action.error);
      else {
        this.#busy = true;
        void this.#interfere(request, action, cameMs);
      }
    }
    this.#pace();
  }

  #forward(request: Request): void {
    if (this.#gone.signal.aborted) return;
    const command = commandName(request);
    const { instead, request: sent } = this.#transaction.passes(command, request);
    if (UNPAIRED.has(command) || isReplySwitch(command, request)) this.#replies.stopPairing();
    this.#replies.expect({ instead });
    this.#server.write(encodeRequest(sent));
  }

  #refuse(error: string): void {
    this.#transaction.refused();
    this.#replies.give(encodeReply(failure(error), 2));
  }

  async #interfere(request: Request, action: Interference, cameMs: number): Promise<void> {
    const { clock } = this.#context;
    const isLate = action.stage === "response";
    if (action.kind === "drop") {
      if (!isLate) return this.#replies.cut();
      this.#replies.cutInsteadOfNext();
      return this.#forward(request);
    }
    if (isLate) {
      this.#replies.holdNext();
      this.#forward(request);
    }
    if (action.kind === "hang") return;
    const leftMs = cameMs + action.delayMs - clock.monotonicMs();
    if (leftMs > 0 && !(await clock.sleep(leftMs, this.#gone.signal))) return;
    if (isLate) this.#replies.release();
    else this.#forward(request);
    this.#busy = false;
    this.#pump();
  }

  #hasRoom(): boolean {
    return this.#server.writableLength < MAX_UNSENT_BYTES && this.#replies.expected < MAX_WAITING;
  }

  /** Who sends more than the other side takes has to wait. */
  #pace(): void {
    if (this.#gone.signal.aborted) return;
    const isFull = this.#replies.heldBytes + this.#client.writableLength >= MAX_UNSENT_BYTES;
    if (isFull) this.#server.pause();
    else this.#server.resume();
    if (this.#waiting.length >= MAX_WAITING || (!this.#busy && !this.#hasRoom())) this.#client.pause();
    else this.#client.resume();
  }
}

/** `CLIENT REPLY OFF` and the like: answers are left out from then on. */
function isReplySwitch(command: string, request: Request): boolean {
  return command === "CLIENT" && String(request[1] ?? "").toUpperCase() === "REPLY";
}
