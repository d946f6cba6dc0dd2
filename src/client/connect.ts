// A stream that stays up: connects, resumes where it was after every interruption, and tells of every record that
// could not be had. Runs wherever there is a standard WebSocket.

import { DashstreamError } from "../errors.ts";
import { type Clock, systemClock, type Timer } from "../runtime/clock.ts";
import type { Random } from "../runtime/random.ts";
import { webRandom } from "../runtime/web-random.ts";
import { Cursors, type StreamFrom } from "./cursors.ts";
import { Receiver, type StreamListener } from "./receiver.ts";
import { reconnectDelayMs } from "./reconnect-delay.ts";
import type { OffsetsByPartition } from "./server-frame.ts";
import { openSocket, type StreamSocket, type WebSocketConstructor } from "./socket.ts";

export type StreamState =
  | { readonly kind: "connecting"; readonly url: string }
  | { readonly kind: "open" }
  /** The connection failed or ended; the next attempt comes after `delayMs`. */
  | { readonly kind: "waiting"; readonly delayMs: number; readonly failures: number; readonly reason: string }
  /** `error` is set if the client gave up, `null` if it was closed. */
  | { readonly kind: "closed"; readonly error: DashstreamError | null };

export interface StreamOptions extends StreamListener {
  /** `ws://` or `wss://` address of the server's `/ws`. */
  readonly url: string;
  readonly from: StreamFrom;
  /** With `from: "cursor"`: the last offset applied, by partition. Others are sent their recent history. */
  readonly cursors?: OffsetsByPartition;
  readonly onState?: (state: StreamState) => void;
  /** Failures in a row, without anything received, after which the client gives up; unlimited unless given. */
  readonly maxFailures?: number;
  /** The runtime's own unless given; as are clock and randomness. */
  readonly WebSocket?: WebSocketConstructor;
  readonly clock?: Clock;
  readonly random?: Pick<Random, "next">;
}

export interface Stream {
  /** The last offset delivered, by partition; what a later `from: "cursor"` continues from. */
  readonly cursors: OffsetsByPartition;
  /** Resolves at the end: `null` after `close`, `server_unreachable` with the last reason if the client gave up. */
  readonly closed: Promise<DashstreamError | null>;
  /** Ends the stream; nothing is delivered after it. */
  close(): void;
}

/** Connects and stays connected. @throws DashstreamError `config_invalid` if `url` is not a WebSocket address */
export function connectStream(options: StreamOptions): Stream {
  checkUrl(options.url);
  const stream = new ReconnectingStream(options);
  stream.start();
  return stream;
}

function checkUrl(url: string): void {
  const protocol = URL.canParse(url) ? new URL(url).protocol : "";
  if (protocol === "ws:" || protocol === "wss:") return;
  throw new DashstreamError("config_invalid", `url is "${url}", expected ws://host:port/ws or wss://host/ws`);
}

class ReconnectingStream implements Stream {
  readonly closed: Promise<DashstreamError | null>;
  readonly #options: StreamOptions;
  readonly #clock: Clock;
  readonly #cursors: Cursors;
  readonly #resolveClosed: (error: DashstreamError | null) => void;
  #socket: StreamSocket | null = null;
  #retry: Timer | null = null;
  #failures = 0;
  #ended = false;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#cursors = new Cursors(options.from, options.cursors ?? new Map());
    const { promise, resolve } = Promise.withResolvers<DashstreamError | null>();
    this.closed = promise;
    this.#resolveClosed = resolve;
  }

  get cursors(): OffsetsByPartition {
    return this.#cursors.offsets;
  }

  start(): void {
    const { url, onState } = this.#options;
    onState?.({ kind: "connecting", url });
    if (this.#ended) return;
    const receiver = new Receiver(this.#options, this.#cursors);
    this.#socket = openSocket({
      url,
      WebSocket: this.#options.WebSocket ?? globalThis.WebSocket,
      clock: this.#clock,
      events: {
        firstFrame: () => this.#cursors.resumeFrame(),
        onOpen: () => onState?.({ kind: "open" }),
        onText: (text) => receiver.onText(text),
        onBinary: (data) => receiver.onBinary(data),
        onEnd: (reason) => this.#onEnd(reason, receiver.flowing),
      },
    });
  }

  close(): void {
    this.#finish(null);
  }

  #onEnd(reason: string, flowed: boolean): void {
    this.#socket = null;
    this.#failures = flowed ? 1 : this.#failures + 1;
    const { maxFailures = Number.POSITIVE_INFINITY, onState, random = webRandom, url } = this.#options;
    if (this.#failures >= maxFailures) {
      const attempts = `${this.#failures} failed attempt${this.#failures === 1 ? "" : "s"}`;
      return this.#finish(new DashstreamError("server_unreachable", `${url}: ${reason} (after ${attempts})`));
    }
    const delayMs = reconnectDelayMs(this.#failures, random);
    this.#retry = this.#clock.after(delayMs, () => this.start());
    onState?.({ kind: "waiting", delayMs, failures: this.#failures, reason });
  }

  #finish(error: DashstreamError | null): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#retry?.cancel();
    this.#socket?.close();
    this.#options.onState?.({ kind: "closed", error });
    this.#resolveClosed(error);
  }
}
