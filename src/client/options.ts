// What a stream can be told, and what is checked before it starts.

import { DashstreamError } from "../errors.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Random } from "../runtime/random.ts";
import type { Fingerprints } from "../wire/fingerprint.ts";
import { wrongField } from "../wire/json-fields.ts";
import { parseStreamFilter, type StreamFilter } from "../wire/stream-filter.ts";
import type { CursorStore } from "./cursor-store.ts";
import type { StreamFrom } from "./cursors.ts";
import type { Compression, Protocol } from "./protocol.ts";
import type { StreamEvents } from "./receiver.ts";
import type { JsonRecord, StreamRecord } from "./record.ts";
import type { OffsetsByPartition } from "./server-frame.ts";
import type { WebSocketConstructor } from "./socket.ts";
import type { ZstdDecoder } from "./zstd-decoder.ts";

export type StreamState =
  | { readonly kind: "connecting"; readonly url: string }
  /** Told again if a server turns out to speak the original protocol although it had agreed to another. */
  | { readonly kind: "open"; readonly protocol: Protocol }
  /** The connection failed or ended; the next attempt comes after `delayMs`. */
  | { readonly kind: "waiting"; readonly delayMs: number; readonly failures: number; readonly reason: string }
  /** So many records wait for the loop that the connection was ended; it comes back when half of them are used. */
  | { readonly kind: "paused"; readonly records: number }
  /** `error` is set if the client gave up, `null` if it was closed. */
  | { readonly kind: "closed"; readonly error: DashstreamError | null };

/** Who takes the records. Without `onRecord` they are for a loop over the stream. */
export interface StreamListener<R = StreamRecord> extends StreamEvents {
  /** Called once for each record, per partition in order of offsets. What it throws ends the connection uncaught; the
   * record is asked for again by the next one. */
  readonly onRecord?: (record: R) => void;
  /** A record that was delivered before; the server broke its promise. */
  readonly onDuplicate?: (record: R) => void;
  readonly onState?: (state: StreamState) => void;
}

/** Options of every stream. */
export interface CommonOptions<R> extends StreamListener<R> {
  /** `ws://` or `wss://` address of the server's `/ws`. */
  readonly url: string;
  readonly from: StreamFrom;
  /** With `from: "cursor"`: the last offset used, by partition. Others are sent their recent history. */
  readonly cursors?: OffsetsByPartition;
  /** With `from: "cursor"`: by what the server can tell that the log is still the one the cursors are of. */
  readonly fingerprints?: Fingerprints;
  /** What to send. Applied by the server, or here if it speaks only the original protocol. */
  readonly filter?: StreamFilter;
  /**
   * Records, 1 to 100,000, that may come beyond the last one that was used; 5,000 unless given. It bounds what waits for
   * a slow loop: a server of the second protocol stops there, so that at most this many wait (and after reconnects up to
   * half as many more). The original protocol has no such thing: there the connection is ended when more wait, and
   * resumed when half of them are used.
   */
  readonly ackWindow?: number;
  /** Keeps the cursors. What it has for this stream goes before `from` and `cursors`. */
  readonly store?: CursorStore;
  /** Name of this stream in the store; asked from the server's `/version` unless given. */
  readonly namespace?: string;
  /** A store failed. Unless given, that ends the stream. */
  readonly onStoreError?: (error: DashstreamError) => void;
  /** Failures in a row, without anything received, after which the client gives up; unlimited unless given. */
  readonly maxFailures?: number;
  /** Decompresses values and frames; JavaScript unless given. */
  readonly zstd?: ZstdDecoder;
  /** The runtime's own unless given; as are fetch, clock and randomness. */
  readonly WebSocket?: WebSocketConstructor;
  readonly fetch?: typeof fetch;
  readonly clock?: Clock;
  readonly random?: Pick<Random, "next">;
}

export interface StreamOptions extends CommonOptions<StreamRecord> {
  /** `v2` unless given. A server that does not speak it is spoken to in the original one. */
  readonly protocol?: "v1" | "v2";
  /** Whether the server may compress frames of the second protocol; `none` unless given. */
  readonly compression?: Compression;
}

/** Options of a stream of decoded records. */
export interface JsonStreamOptions extends CommonOptions<JsonRecord> {
  readonly protocol: "v2+json";
}

const DEFAULT_ACK_WINDOW = 5000;
const MAX_ACK_WINDOW = 100_000;

/** @throws DashstreamError `config_invalid` */
export function checkUrl(url: string): void {
  const protocol = URL.canParse(url) ? new URL(url).protocol : "";
  if (protocol === "ws:" || protocol === "wss:") return;
  throw new DashstreamError("config_invalid", `url is "${url}", expected ws://host:port/ws or wss://host/ws`);
}

/** @throws DashstreamError `config_invalid`, naming field, value and what was expected */
export function checkedFilter(filter: unknown): StreamFilter {
  const parsed = parseStreamFilter(filter);
  if (parsed.ok) return parsed.filter;
  throw new DashstreamError("config_invalid", parsed.error);
}

/** @throws DashstreamError `config_invalid` */
export function checkedAckWindow(window: number = DEFAULT_ACK_WINDOW): number {
  if (Number.isInteger(window) && window >= 1 && window <= MAX_ACK_WINDOW) return window;
  throw new DashstreamError("config_invalid", wrongField("ackWindow", window, `1 to ${MAX_ACK_WINDOW}`));
}

/** @throws DashstreamError `config_invalid` where there is none */
export function checkedWebSocket(given: WebSocketConstructor | undefined): WebSocketConstructor {
  const found = given ?? (globalThis.WebSocket as WebSocketConstructor | undefined);
  if (found !== undefined) return found;
  throw new DashstreamError(
    "config_invalid",
    "this runtime has no WebSocket (Node has one since version 22); give one as the option WebSocket",
  );
}
