// One stream over many connections: which protocol is spoken, when to dial again, and what was used.

import { DashstreamError } from "../errors.ts";
import { type Clock, systemClock, type Timer } from "../runtime/clock.ts";
import { webRandom } from "../runtime/web-random.ts";
import type { Fingerprints } from "../wire/fingerprint.ts";
import type { StreamFilter } from "../wire/stream-filter.ts";
import { Acknowledgements } from "./acknowledgements.ts";
import { CursorKeeper } from "./cursor-keeper.ts";
import { Cursors, type StreamFrom, type StreamPlaces } from "./cursors.ts";
import { callbackDelivery, type Delivery, queueDelivery } from "./delivery.ts";
import { LocalFilter } from "./local-filter.ts";
import { type CommonOptions, checkedFilter } from "./options.ts";
import { type Compression, type Protocol, resumeFrame, SUBPROTOCOLS } from "./protocol.ts";
import { Receiver } from "./receiver.ts";
import { reconnectDelayMs } from "./reconnect-delay.ts";
import type { RecordMaker, StreamPosition, StreamRecord } from "./record.ts";
import { RecordQueue } from "./record-queue.ts";
import { fetchResumeNamespace } from "./resume-namespace.ts";
import type { OffsetsByPartition } from "./server-frame.ts";
import { openSocket, type SocketEnd, type StreamSocket, type WebSocketConstructor } from "./socket.ts";
import type { ZstdDecoder } from "./zstd-decoder.ts";

export interface Stream<R = StreamRecord> extends AsyncIterable<R, undefined> {
  /** The last offset used, by partition, -1 before the first record; what a later `from: "cursor"` continues from. */
  readonly cursors: OffsetsByPartition;
  /** What goes with the cursors, so that a server can tell whether the log is still the same. */
  readonly fingerprints: Fingerprints;
  /** What is spoken on the connection; `null` while there is none. */
  readonly protocol: Protocol | null;
  /**
   * Resolves at the end, when cursors are saved: `null` after `close`, else `server_unreachable` with the last reason if
   * the client gave up, `server_refused` if the server will never do what it was asked to, or `storage_failed`.
   */
  readonly closed: Promise<DashstreamError | null>;
  /**
   * Changes the filter, now and for all connections to come; `onFilter` tells from where on it holds.
   * @throws DashstreamError `config_invalid`
   */
  setFilter(filter: StreamFilter): void;
  /** Ends the stream; nothing is delivered after it. */
  close(): void;
}

/** What was settled before a stream starts. */
export interface StreamSettings<R extends StreamPosition> {
  readonly maker: RecordMaker<R>;
  /** The one to ask for. */
  readonly protocol: Protocol;
  readonly compression: Compression;
  readonly zstd: ZstdDecoder;
  readonly filter: StreamFilter;
  readonly ackWindow: number;
  readonly WebSocket: WebSocketConstructor;
}

const NAMESPACE_TIMEOUT_MS = 10_000;

/** Records go to `onRecord` if there is one, else to a loop. */
export class ReconnectingStream<R extends StreamPosition> implements Stream<R> {
  readonly closed: Promise<DashstreamError | null>;
  readonly #options: CommonOptions<R>;
  readonly #settings: StreamSettings<R>;
  readonly #clock: Clock;
  readonly #resolveClosed: (error: DashstreamError | null) => void;
  readonly #localFilter: LocalFilter;
  readonly #acknowledgements: Acknowledgements;
  /** `null` if there is a callback. */
  readonly #queue: RecordQueue<R> | null;
  /** `null` without a store. */
  readonly #keeper: CursorKeeper | null;
  readonly #ending = new AbortController();
  #filter: StreamFilter;
  #delivery: Delivery<R>;
  #isLoaded: boolean;
  #storeError: DashstreamError | null = null;
  #socket: StreamSocket | null = null;
  #protocol: Protocol | null = null;
  /** The server once agreed to the protocol that is wanted: then a failed handshake means something else. */
  #agreed = false;
  #retry: Timer | null = null;
  #isPaused = false;
  #failures = 0;
  #ended = false;

  constructor(options: CommonOptions<R>, settings: StreamSettings<R>) {
    const { onRecord, from, cursors = new Map(), fingerprints = new Map(), store } = options;
    this.#options = options;
    this.#settings = settings;
    this.#clock = options.clock ?? systemClock;
    this.#filter = settings.filter;
    this.#localFilter = new LocalFilter(settings.filter, settings.zstd);
    this.#acknowledgements = new Acknowledgements(settings.ackWindow);
    this.#queue = onRecord === undefined ? this.#newQueue() : null;
    this.#delivery = this.#newDelivery(from, { cursors, fingerprints });
    this.#keeper =
      store === undefined
        ? null
        : new CursorKeeper({ store, clock: this.#clock, onError: (error) => this.#onStoreError(error) });
    this.#isLoaded = this.#keeper === null;
    let resolveClosed: (error: DashstreamError | null) => void = () => {};
    this.closed = new Promise((resolve) => {
      resolveClosed = resolve;
    });
    this.#resolveClosed = resolveClosed;
  }

  get cursors(): OffsetsByPartition {
    return this.#delivery.used.cursors;
  }

  get fingerprints(): Fingerprints {
    return this.#delivery.used.fingerprints;
  }

  get protocol(): Protocol | null {
    return this.#protocol;
  }

  [Symbol.asyncIterator](): AsyncIterator<R, undefined> {
    if (this.#queue !== null) return this.#queue.iterate();
    throw new DashstreamError("invariant", "this stream has an onRecord, which gets its records");
  }

  setFilter(filter: StreamFilter): void {
    this.#filter = checkedFilter(filter);
    this.#localFilter.set(filter);
    if (this.#protocol === null) return;
    if (this.#protocol !== "v1") this.#socket?.send(JSON.stringify({ type: "filter", filter }));
    else this.#options.onFilter?.({ filter, afterOffsets: new Map(this.#delivery.received.cursors) });
  }

  close(): void {
    this.#finish(null);
  }

  start(): void {
    const { url, onState } = this.#options;
    onState?.({ kind: "connecting", url });
    if (this.#ended) return;
    if (this.#isLoaded) this.#dial(this.#settings.protocol);
    else void this.#load();
  }

  /** Takes over what the store has, and dials. Never rejects. */
  async #load(): Promise<void> {
    const { url, namespace, fetch } = this.#options;
    const tooLate = new AbortController();
    const timer = this.#clock.after(NAMESPACE_TIMEOUT_MS, () => tooLate.abort());
    try {
      const signal = AbortSignal.any([tooLate.signal, this.#ending.signal]);
      const name = namespace ?? (await fetchResumeNamespace(url, signal, fetch));
      const places = (await this.#keeper?.load(name)) ?? null;
      if (this.#ended) return;
      if (places !== null) this.#delivery = this.#newDelivery("cursor", places);
      this.#keeper?.follow(this.#delivery.used);
      this.#isLoaded = true;
    } catch (error) {
      if (!(error instanceof DashstreamError)) throw error;
      if (!this.#ended) this.#retryLater(error.message, false);
      return;
    } finally {
      timer.cancel();
    }
    this.#dial(this.#settings.protocol);
  }

  #newQueue(): RecordQueue<R> {
    return new RecordQueue(
      ({ record, partition, cursor, last, restart }) => {
        const { used } = this.#delivery;
        if (restart) used.restart(partition);
        else used.advance(partition, cursor, last);
        this.#onUsed(partition, record === null ? 0 : 1);
        this.#acknowledge();
        this.#continueIfDrained();
      },
      () => this.close(),
    );
  }

  #newDelivery(from: StreamFrom, places: StreamPlaces): Delivery<R> {
    const { onRecord, onDuplicate } = this.#options;
    const onRepeated = (record: R) => {
      // It took part of the server's window all the same.
      this.#onUsed(record.partition, 1);
      onDuplicate?.(record);
    };
    const received = new Cursors(from, places);
    if (onRecord === undefined) {
      const queue = this.#queue as RecordQueue<R>;
      return queueDelivery(received, new Cursors(from, places), queue, onRepeated);
    }
    return callbackDelivery(received, {
      onRecord,
      onDuplicate: onRepeated,
      isClosed: () => this.#ended,
      onUsed: (partition, records) => this.#onUsed(partition, records),
    });
  }

  #onUsed(partition: number, records: number): void {
    this.#acknowledgements.used(partition, records);
    this.#keeper?.moved();
  }

  #acknowledge(): void {
    if (this.#socket === null || this.#protocol === null || this.#protocol === "v1") return;
    const frame = this.#acknowledgements.due(this.#delivery.used.cursors);
    if (frame !== null) this.#socket.send(frame);
  }

  #dial(asked: Protocol): void {
    const { url } = this.#options;
    if (this.#pausesFor(this.#settings.ackWindow / 2)) return this.#pause();
    let receiver: Receiver<R> | null = null;
    const received = (take: (open: Receiver<R>) => void) => {
      if (receiver === null) throw new DashstreamError("protocol_error", "a frame came before the handshake");
      take(receiver);
      this.#acknowledge();
      // A window of the second protocol bounds this by itself; one that is not kept to is held against the server here.
      const windows = this.#protocol === "v1" ? 1 : 2;
      if (this.#pausesFor(this.#settings.ackWindow * windows)) this.#pause();
    };
    this.#socket = openSocket({
      url,
      subprotocol: SUBPROTOCOLS[asked],
      WebSocket: this.#settings.WebSocket,
      clock: this.#clock,
      events: {
        onOpen: (subprotocol) => {
          const chosen = subprotocol === (SUBPROTOCOLS[asked] ?? "") ? asked : "v1";
          receiver = this.#newReceiver(chosen);
          this.#opened(chosen);
        },
        firstFrame: () => this.#resumeFrame(),
        onText: (text) => received((open) => open.onText(text)),
        onBinary: (data) => received((open) => open.onBinary(data)),
        onEnd: (end) => this.#onEnd(asked, end, receiver?.flowing ?? false),
      },
    });
  }

  #newReceiver(protocol: Protocol): Receiver<R> {
    const { maker, compression, zstd } = this.#settings;
    return new Receiver({
      protocol,
      maker,
      delivery: this.#delivery,
      events: this.#options,
      localFilter: this.#localFilter,
      frameZstd: compression === "zstd" ? zstd : null,
      onOriginal: () => this.#opened("v1"),
      onRefusal: (reason) =>
        this.#finish(new DashstreamError("server_refused", `${this.#options.url}: ${reason}`)),
    });
  }

  #opened(protocol: Protocol): void {
    this.#protocol = protocol;
    this.#agreed ||= protocol !== "v1";
    this.#options.onState?.({ kind: "open", protocol });
  }

  #resumeFrame(): string {
    const { compression, ackWindow } = this.#settings;
    const options = { filter: this.#filter, compression, ackWindow };
    return resumeFrame(this.#protocol ?? "v1", this.#delivery.received, options);
  }

  #onEnd(asked: Protocol, { reason, wasOpen, byPeer }: SocketEnd, flowed: boolean): void {
    this.#socket = null;
    this.#protocol = null;
    // An older server, or one in between, may refuse a subprotocol that it does not know; a browser does not say so.
    if (!wasOpen && byPeer && asked !== "v1" && !this.#agreed) return this.#dial("v1");
    this.#retryLater(reason, flowed);
  }

  #retryLater(reason: string, flowed: boolean): void {
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

  #pausesFor(limit: number): boolean {
    return this.#queue !== null && !this.#ended && this.#queue.size > limit;
  }

  #pause(): void {
    this.#socket?.close();
    this.#socket = null;
    this.#protocol = null;
    this.#isPaused = true;
    this.#options.onState?.({ kind: "paused", records: this.#queue?.size ?? 0 });
  }

  #continueIfDrained(): void {
    if (!this.#isPaused || this.#ended || this.#pausesFor(this.#settings.ackWindow / 2)) return;
    this.#isPaused = false;
    this.start();
  }

  #onStoreError(error: DashstreamError): void {
    this.#storeError ??= error;
    if (this.#options.onStoreError !== undefined) this.#options.onStoreError(error);
    else this.#finish(error);
  }

  #finish(error: DashstreamError | null): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#ending.abort();
    this.#retry?.cancel();
    this.#socket?.close();
    this.#socket = null;
    this.#protocol = null;
    this.#queue?.finish(error);
    this.#options.onState?.({ kind: "closed", error });
    if (this.#keeper === null) this.#resolveClosed(error);
    else void this.#saveLast(this.#keeper, error);
  }

  /** Never rejects, because a keeper does not. */
  async #saveLast(keeper: CursorKeeper, error: DashstreamError | null): Promise<void> {
    // The callback that closed the stream has yet to return, and its record counts then.
    await Promise.resolve();
    await keeper.finish();
    const unheard = this.#options.onStoreError === undefined ? this.#storeError : null;
    this.#resolveClosed(error ?? unheard);
  }
}
