// One client connection. Commands are answered one after the other in the order in which they came. Bytes that are
// not a request are answered with an error and end the connection, as does a peer that does not take its answers.

import { describeError } from "../../src/errors.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import type { StreamSocket } from "../../src/runtime/network.ts";
import type { Log } from "../../src/telemetry/log.ts";
import type { ClientState, CommandContext } from "./command.ts";
import { execute } from "./commands.ts";
import type { ControlAction, Controls } from "./control.ts";
import { encodeReply, failure, type Reply } from "./reply.ts";
import { commandName, type Request, RequestReader } from "./request-reader.ts";

export interface ConnectionContext {
  readonly clock: Clock;
  readonly controls: Controls;
  readonly log: Log;
  /** All that commands may know besides the client and the time. */
  readonly server: Omit<CommandContext, "client" | "nowMs">;
}

interface Waiting {
  readonly request: Request;
  readonly cameMs: number;
}

/** Unsent bytes of answers beyond which a client counts as dead (`client-output-buffer-limit` is similar). */
const MAX_UNSENT_BYTES = 64 * 1024 * 1024;

/**
 * Serves one socket until either side closes it.
 * @returns ends whatever waits on the connection, at once; the socket itself is its owner's to close
 */
export function serveConnection(socket: StreamSocket, id: number, context: ConnectionContext): () => void {
  const connection = new Connection(socket, id, context);
  socket.setNoDelay(true);
  socket.on("data", (chunk: Buffer) => connection.receive(chunk));
  socket.on("error", (error: Error) =>
    context.log.debug("redis connection failed", { error: describeError(error) }),
  );
  socket.on("close", () => connection.closed());
  return () => connection.closed();
}

class Connection {
  readonly #socket: StreamSocket;
  readonly #context: ConnectionContext;
  readonly #client: ClientState;
  readonly #reader = new RequestReader();
  readonly #gone = new AbortController();
  #waiting: Waiting[] = [];
  #busy = false;

  constructor(socket: StreamSocket, id: number, context: ConnectionContext) {
    this.#socket = socket;
    this.#context = context;
    const authenticated = context.server.password === null;
    this.#client = { id, name: "", database: 0, protocol: 2, authenticated };
  }

  receive(chunk: Buffer): void {
    const cameMs = this.#context.clock.monotonicMs();
    try {
      for (const request of this.#reader.push(chunk)) this.#waiting.push({ request, cameMs });
    } catch (error) {
      this.#context.log.warn("redis connection closed after a bad request", { error: describeError(error) });
      this.#socket.end(encodeReply(failure(describeError(error)), this.#client.protocol));
      return this.closed();
    }
    if (!this.#busy) this.#pump();
  }

  closed(): void {
    this.#waiting = [];
    this.#gone.abort();
  }

  /** Answers what waits, in one write, until a rule makes one of them wait longer. */
  #pump(): void {
    let answers: Buffer[] = [];
    while (!this.#busy) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      const { request, cameMs } = next;
      const action = this.#context.controls.decide({
        command: commandName(request),
        args: request.slice(1),
      });
      if (action.kind === "pass") answers.push(this.#encode(this.#execute(request)));
      else if (action.kind === "error") answers.push(this.#encode(failure(action.error)));
      else {
        this.#write(answers);
        answers = [];
        this.#busy = true;
        void this.#interfere(request, action, cameMs);
      }
    }
    this.#write(answers);
  }

  async #interfere(
    request: Request,
    action: Exclude<ControlAction, { readonly kind: "pass" | "error" }>,
    cameMs: number,
  ): Promise<void> {
    const isLate = action.stage === "response";
    const early = isLate ? this.#encode(this.#execute(request)) : null;
    if (action.kind === "hang") return;
    if (action.kind === "drop") return void this.#socket.destroy();
    const { clock } = this.#context;
    const leftMs = cameMs + action.delayMs - clock.monotonicMs();
    if (leftMs > 0 && !(await clock.sleep(leftMs, this.#gone.signal))) return;
    this.#write([early ?? this.#encode(this.#execute(request))]);
    this.#busy = false;
    this.#pump();
  }

  #execute(request: Request): Reply {
    const { server, clock } = this.#context;
    return execute(request, { ...server, client: this.#client, nowMs: clock.nowMs() });
  }

  #encode(reply: Reply): Buffer {
    return encodeReply(reply, this.#client.protocol);
  }

  #write(answers: readonly Buffer[]): void {
    if (answers.length === 0 || this.#gone.signal.aborted) return;
    this.#socket.write(Buffer.concat(answers));
    if (this.#socket.writableLength > MAX_UNSENT_BYTES) this.#socket.destroy();
  }
}
