// One logical client: it comes, goes, comes back with its cursors, reads or does not. Raw ones speak the protocol by
// themselves, library ones are the real client library, pages are paced by the server.

import { connectStream, type Stream } from "../../src/client/index.ts";
import { crc32c } from "../../src/wire/crc32c.ts";
import type { ClientMemory, LastRecord } from "./connection.ts";
import type { Oracle } from "./oracle.ts";
import { threadNames } from "./records.ts";
import type { ClientKind, Step } from "./schedule.ts";
import type { Site } from "./site.ts";
import { type TappedSocket, tapWebSocket } from "./tap.ts";

function printOf({ offset, value }: LastRecord): object {
  return { offset: String(offset), crc32c: crc32c(value).toString(16).padStart(8, "0") };
}

export type ConnectFrom = Extract<Step, { do: "connect" }>["from"];
export type SayWhat = Extract<Step, { do: "say" }>["what"];

/** A server has begun live delivery to a client that says nothing after this time. */
const LIVE_AFTER_MS = 1_100;

export interface ClientOptions {
  readonly name: string;
  readonly kind: ClientKind;
  readonly site: Site;
  readonly oracle: Oracle;
  readonly fingerprints: boolean;
}

export class LogicalClient {
  readonly name: string;
  readonly kind: ClientKind;
  readonly #site: Site;
  readonly #oracle: Oracle;
  readonly #fingerprints: boolean;
  /** What it remembers, as the oracle sees it. */
  readonly #memory: ClientMemory = { cursors: new Map(), last: new Map(), sequences: new Map() };
  readonly #cursors = this.#memory.cursors;
  #socket: TappedSocket | null = null;
  #stream: Stream | null = null;
  #url = "";
  #duplicates = 0;
  /** It was there once, so it is owed what came since. */
  #hasBeen = false;

  constructor({ name, kind, site, oracle, fingerprints }: ClientOptions) {
    this.name = name;
    this.kind = kind;
    this.#site = site;
    this.#oracle = oracle;
    this.#fingerprints = fingerprints && kind === "raw";
  }

  get hasBeen(): boolean {
    return this.#hasBeen;
  }

  /** Has a connection, or tries to get one by itself. */
  get present(): boolean {
    return this.#stream !== null || this.#socket !== null;
  }

  get isConnected(): boolean {
    return this.#socket?.judge.open === true && !this.#socket.judge.closed;
  }

  /** Has a connection to this server. */
  isAt(url: string): boolean {
    return this.#socket !== null && this.#url === url;
  }

  get duplicates(): number {
    return this.#duplicates;
  }

  connect(url: string, from: ConnectFrom): void {
    if (this.present) return;
    this.#hasBeen = true;
    this.#url = url;
    if (this.kind === "library") this.#connectLibrary(url, from);
    else this.#connectRaw(url, from);
  }

  say(what: SayWhat): void {
    const socket = this.#socket;
    if (!socket?.judge.open || socket.judge.closed || this.kind === "library" || this.kind === "thread")
      return;
    if (what === "resume") socket.send(this.#resume("cursor"));
    else if (what === "latest") socket.send(this.#resume("latest"));
    else socket.send(JSON.stringify({ type: what }));
  }

  read(reading: boolean): void {
    this.#socket?.setReading(reading);
  }

  /** The connection is gone; a library comes back by itself after a cut. */
  leave(cut: boolean): void {
    if (this.#stream && !cut) {
      this.#checkCursors();
      this.#stream.close();
      this.#stream = null;
      this.#socket = null;
      return;
    }
    const socket = this.#socket;
    if (!socket) return;
    if (!this.#stream) this.#socket = null;
    if (cut) socket.cut();
    else socket.close(1000);
  }

  /** The server it is connected to ends; that is no fault. */
  excuseClose(): void {
    if (this.#socket) this.#socket.judge.excused = true;
  }

  #connectRaw(url: string, from: ConnectFrom): void {
    const Socket = this.#tapped();
    const socket = new Socket(url);
    socket.onopen = () => {
      if (from !== "live") return socket.send(this.#hello(from));
      this.#site.clock.after(LIVE_AFTER_MS, () => socket.judge.establish());
    };
  }

  #connectLibrary(url: string, from: ConnectFrom): void {
    const known = from === "cursor" || from === "live";
    if (!known) this.#cursors.clear();
    this.#stream = connectStream({
      url,
      from: known ? "cursor" : from,
      cursors: new Map([...this.#cursors].map(([partition, { offset }]) => [partition, offset])),
      // The oracle reads the original protocol.
      protocol: "v1",
      WebSocket: this.#tapped(),
      clock: this.#site.clock,
      random: this.#site.random,
      onState: (state) => this.#oracle.trace(`${this.name} ${JSON.stringify(state)}`),
      onRecord: () => {},
      onDuplicate: ({ partition, offset }) => {
        this.#duplicates++;
        this.#oracle.violated(`${this.name}: the library got ${partition}:${offset} twice`);
      },
    });
  }

  #tapped() {
    return tapWebSocket({
      Base: this.#site.webSocket(this.kind),
      judge: () => this.#oracle.connection(this.name, this.#memory),
      hold: () => this.#oracle.learning,
      onSocket: (socket) => {
        this.#socket = socket;
      },
      onEnd: (socket) => {
        if (this.#socket === socket) this.#socket = null;
      },
    });
  }

  #hello(from: "cursor" | "latest" | "earliest"): string {
    return this.kind === "thread" ? this.#resumeByThread() : this.#resume(from);
  }

  #resume(from: "cursor" | "latest" | "earliest"): string {
    const offsets = [...this.#cursors].map(([partition, { offset }]) => [partition, String(offset)]);
    return JSON.stringify({
      type: "resume",
      from,
      lastOffsetsByPartition: from === "cursor" ? Object.fromEntries(offsets) : {},
      ...(from === "cursor" && this.#fingerprints && { fingerprints: this.#prints() }),
    });
  }

  #resumeByThread(): string {
    const known = this.#memory.sequences;
    const names = threadNames(this.#oracle.truth.partitionCount);
    const sequences = Object.fromEntries(names.map((name) => [name, known.get(name) ?? 0]));
    return JSON.stringify({ type: "resume", mode: "thread", lastSequencesByThread: sequences });
  }

  /** Of partitions whose cursor is a record that it received. */
  #prints(): Readonly<Record<string, object>> {
    const prints = [...this.#memory.last].filter(
      ([partition, { offset }]) => this.#cursors.get(partition)?.offset === offset,
    );
    return Object.fromEntries(prints.map(([partition, last]) => [partition, printOf(last)]));
  }

  /** The library must stand where the frames it got put it. */
  #checkCursors(): void {
    const show = (cursors: Iterable<readonly [number, number]>) =>
      JSON.stringify([...cursors].sort(([a], [b]) => a - b));
    // Before the first record of a new log, which the frames do not say.
    const own = show([...(this.#stream?.cursors ?? [])].filter(([, offset]) => offset >= 0));
    const seen = show([...this.#cursors].map(([partition, { offset }]) => [partition, offset] as const));
    if (own !== seen) this.#oracle.violated(`${this.name}: the library stands at ${own}, expected ${seen}`);
  }
}
