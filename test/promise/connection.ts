// The judge of one connection. It sees every frame in both directions and holds them against the truth: offsets only
// rise, values are what was produced, and nothing that is owed is passed over unnamed.

import { type NamedRange, readFrame, type Said } from "./frames.ts";
import type { Oracle } from "./oracle.ts";
import { Place, showOffsets } from "./place.ts";
import { ThreadDebt } from "./thread-debt.ts";
import type { LogTruth } from "./truth.ts";

/** What a client remembers of a partition. */
export interface Cursor {
  readonly offset: number;
  readonly epoch: number;
}
export type ClientCursors = Map<number, Cursor>;

/** The last record of a partition that a client received. */
export interface LastRecord {
  readonly offset: number;
  readonly value: Uint8Array;
}

/** What a client carries from one connection to the next. */
export interface ClientMemory {
  readonly cursors: ClientCursors;
  readonly last: Map<number, LastRecord>;
  /** By thread the last number received. */
  readonly sequences: Map<string, number>;
}

interface Resume {
  readonly from?: string;
  readonly mode?: string;
  readonly lastOffsetsByPartition?: Readonly<Record<string, string | number>>;
  readonly lastSequencesByThread?: Readonly<Record<string, number>>;
  readonly fingerprints?: Readonly<Record<string, { readonly offset: string }>>;
}

/** A resume that is sent within this time of the handshake is certainly the first thing a server sees. */
const EARLY_MS = 500;

export class ConnectionJudge {
  readonly name: string;
  readonly #oracle: Oracle;
  readonly #memory: ClientMemory;
  readonly #cursors: ClientCursors;
  /** Of a resume by thread, which it is for good: what is owed of the past. */
  #threads: ThreadDebt | null = null;
  readonly #places = new Map<number, Place>();
  #pending: { readonly partition: number; readonly offset: number } | null = null;
  /** Where its stream begins is settled. */
  #established = false;
  /** Records came, or may have come, before a resume that is under way. */
  #late = false;
  #resuming: "cursor" | "latest" | "earliest" | "reset" | "thread" | null = null;
  #wasResumed = false;
  /** Records lost that were named with a live gap. */
  #namedLost = 0;
  #toldToGo = false;
  #toldError: string | null = null;
  closed = false;
  /** Its server is being ended. */
  excused = false;
  /** Its client reads; one that does not is cut in the end, and does not see why. */
  reading = true;
  #openedAtMs: number | null = null;

  constructor(name: string, oracle: Oracle, memory: ClientMemory) {
    this.name = name;
    this.#oracle = oracle;
    this.#memory = memory;
    this.#cursors = memory.cursors;
  }

  get established(): boolean {
    return this.#established;
  }

  /** It has the handshake behind it. */
  get open(): boolean {
    return this.#openedAtMs !== null;
  }

  opened(): void {
    this.#openedAtMs = this.#oracle.nowMs();
  }

  /** What the client says. */
  sent(text: string): void {
    const frame = JSON.parse(text) as { readonly type: string } & Resume;
    if (frame.type === "cursor_reset") this.#resuming = "reset";
    if (frame.type !== "resume") return;
    const from = frame.from === "latest" || frame.from === "earliest" ? frame.from : "cursor";
    this.#late = this.#wasResumed || this.#oracle.nowMs() - (this.#openedAtMs ?? 0) > EARLY_MS;
    this.#resuming = from;
    this.#wasResumed = true;
    if (frame.mode === "thread") {
      this.#resuming = "thread";
      this.#threads = new ThreadDebt(frame.lastSequencesByThread ?? {});
      return;
    }
    // What it said before, and was not answered, counts no longer.
    if (from === "latest") return this.#withdrawAsked();
    if (from === "earliest") {
      this.#fromStart();
      return;
    }
    const offsets = frame.lastOffsetsByPartition ?? {};
    for (const [p, offset] of Object.entries(offsets)) this.#ask(Number(p), Number(offset));
    for (const [p, print] of Object.entries(frame.fingerprints ?? {})) {
      this.place(Number(p)).print = Number(print.offset);
    }
  }

  #withdrawAsked(): void {
    for (const place of this.#places.values()) {
      if (place.receivedCount === 0) place.floor = -1;
    }
  }

  /** Nothing was asked for, and live delivery has certainly begun. */
  establish(): void {
    if (this.#established) return;
    for (let p = 0; p < this.#oracle.truth.partitionCount; p++) this.#settleStart(this.place(p), p);
    this.#established = true;
  }

  receivedText(text: string): void {
    if (this.closed) return;
    const said = readFrame(text);
    this.#oracle.note(this.name, said);
    if (this.#pending && said.type === "cursor")
      this.#fail(`a cursor came while ${show(this.#pending)} waits for its value`);
    switch (said.type) {
      case "cursor":
        this.#pending = said;
        return;
      case "gap":
        return this.#gap(said);
      case "thread_gap":
        return this.#threads?.gap(said, this.#oracle, (what) => this.#fail(what));
      case "stale":
        return this.#stale(said);
      case "replay_complete":
        return this.#replayComplete(said);
      case "reset":
        return this.#giveUpTo(said.offsets);
      case "disconnect":
        this.#toldToGo = true;
        return this.#oracle.checkSlowDisconnect(this.name, said.lost, this.#namedLost);
      case "error":
        this.#toldError = said.code;
        return this.#oracle.checkError(this.name, said.code);
      case "other":
        return;
      default:
        return said satisfies never;
    }
  }

  receivedBinary(value: Uint8Array): void {
    if (this.closed) return;
    const pending = this.#pending;
    this.#pending = null;
    if (!pending) return this.#fail("a value came without its cursor");
    this.#record(pending.partition, pending.offset, value);
  }

  /** The server, or the network, ended it. */
  ended(code: number): void {
    if (this.closed) return;
    this.closed = true;
    this.#oracle.trace(`${this.name} ended with ${code}`);
    if (this.excused || !this.reading) return;
    this.#oracle.checkClose(this.name, code, { toldToGo: this.#toldToGo, toldError: this.#toldError });
  }

  /** The client library could not understand the server. */
  brokenOff(): void {
    this.#fail("the client library ended it because the protocol was broken");
  }

  /** What this connection still lacks, once everything had time to come; `null` if nothing. */
  lack(partition: number): string | null {
    const { truth } = this.#oracle;
    const place = this.place(partition);
    const log = truth.current(partition);
    if (!log || log.cannotBeTold) return null;
    if (place.epoch !== null && place.epoch < truth.epoch) return this.#lackOfOldLog(place, log);
    const from = place.next ?? (place.fromStart ? log.start : place.mustFrom);
    const owed = place.missing(log, Math.max(from, this.#begin(place, log)), log.end - 1);
    // Who was told that the log was made anew is sent what there is of it.
    const debt = place.minEpoch > 0 ? [] : (this.#threads?.lack(place, log) ?? []);
    const missing = [...debt, ...owed];
    if (missing.length === 0) return null;
    return `partition ${partition}: ${showOffsets(missing)} neither came nor were named as missing`;
  }

  place(partition: number): Place {
    let place = this.#places.get(partition);
    if (place && this.#oracle.truth.current(partition)?.isMistaken) place.uncertain = true;
    if (!place) {
      place = new Place();
      this.#places.set(partition, place);
      if (this.#established) place.mustFrom = 0;
      if (this.#resuming === "earliest") place.fromStart = this.#oracle.strict;
    }
    return place;
  }

  /** What was gone already is not owed to whom no cursor binds to it. */
  #begin(place: Place, log: LogTruth): number {
    return place.next === null && place.fromStart ? log.start : 0;
  }

  #lackOfOldLog(place: Place, log: LogTruth): string | null {
    if (place.floor < 0) return null;
    // A server sees it with the first record, which is early enough: nothing is lost before.
    if (log.deliverable(0, log.end).length === 0) return null;
    if (log.end <= place.floor) return "the topic was made anew, and the client was never told";
    const missing = place.missing(log, place.floor + 1, log.end - 1);
    return missing.length === 0 ? null : `${showOffsets(missing)} of the new log did not come`;
  }

  #ask(partition: number, offset: number): void {
    const place = this.place(partition);
    const cursor = this.#cursors.get(partition);
    if (place.next !== null && offset + 1 >= place.next) return;
    place.asked = Math.max(place.asked, offset);
    if (place.receivedCount > 0) {
      const log = this.#oracle.truth.log(place.epoch ?? this.#oracle.truth.epoch, partition);
      if (log) place.owed.push(...place.missing(log, offset + 1, (place.firstReceived ?? 0) - 1));
      return;
    }
    place.epoch = cursor?.offset === offset ? cursor.epoch : null;
    // What an earlier resume asked for may be on its way already.
    if (!this.#late) place.floor = Math.max(place.floor, offset);
    place.next = offset + 1;
  }

  #fromStart(): void {
    if (!this.#oracle.strict) return;
    for (let p = 0; p < this.#oracle.truth.partitionCount; p++) {
      const place = this.place(p);
      if (place.next === null) place.fromStart = true;
    }
  }

  #record(partition: number, offset: number, value: Uint8Array): void {
    const place = this.place(partition);
    const what = `${partition}:${offset}`;
    const epoch = this.#epochOf(place, partition, offset, value);
    if (epoch === null) return;
    if (place.epoch !== null && place.epoch < epoch && !this.#switchSilently(place, partition, offset))
      return;
    place.epoch = epoch;
    if (offset <= place.floor)
      return this.#fail(`${what} came although the client had or skipped up to ${place.floor}`);
    if (place.wasNamed(offset)) return this.#fail(`${what} came after it was named as missing`);
    const log = this.#oracle.truth.log(epoch, partition);
    if (!log) return;
    const from = place.next ?? (place.fromStart ? log.start : place.mustFrom);
    const upTo = this.#resuming === "thread" ? -1 : offset - 1;
    const holes = place.missing(log, Math.max(from, this.#begin(place, log)), upTo);
    if (holes.length > 0 && !this.#oracle.truth.current(partition)?.isMistaken) {
      if (!this.#late)
        return this.#fail(`${what} came, but ${showOffsets(holes)} before it neither came nor were named`);
      place.owed.push(...holes);
    }
    place.receive(offset);
    if (this.#resuming === "thread") place.next = null;
    this.#remember(partition, offset, log, value);
    log.seenUpTo = Math.max(log.seenUpTo, offset);
    this.#oracle.delivered(this.name, epoch, partition, offset);
    this.#cursors.set(partition, { offset, epoch });
  }

  #remember(partition: number, offset: number, log: LogTruth, value: Uint8Array): void {
    this.#memory.last.set(partition, { offset, value });
    const thread = log.threadAt(offset);
    if (!thread) return;
    const { sequences } = this.#memory;
    sequences.set(thread.id, Math.max(thread.sequence, sequences.get(thread.id) ?? 0));
    this.#threads?.received(thread);
  }

  /** Which life of the topic the record is of; `null` (and a violation) if it is of none that it may be of. */
  #epochOf(place: Place, partition: number, offset: number, value: Uint8Array): number | null {
    const { truth } = this.#oracle;
    const least = place.epoch ?? place.minEpoch;
    for (let epoch = truth.epoch; epoch >= 0; epoch--) {
      const expected = truth.log(epoch, partition)?.valueAt(offset);
      if (!expected || !Buffer.from(expected.buffer, expected.byteOffset, expected.length).equals(value))
        continue;
      if (epoch >= least || truth.current(partition)?.isMistaken) return epoch;
      this.#fail(`${partition}:${offset} came from an earlier log of the topic`);
      return null;
    }
    const inLog = truth.log(least, partition)?.valueAt(offset);
    const why =
      inLog === undefined ? "does not exist" : inLog === null ? "is nothing for clients" : "has other bytes";
    this.#fail(`${partition}:${offset} came, which ${why}`);
    return null;
  }

  /** The log changed under the client, and nobody said so: wrong, unless no server could have known. */
  #switchSilently(place: Place, partition: number, offset: number): boolean {
    const { truth } = this.#oracle;
    const handled = truth.log(place.epoch ?? 0, partition)?.seenUpTo ?? -1;
    const log = truth.current(partition);
    const { print } = place;
    // The record that it described is there, and is another one.
    const shows = print !== null && print >= (log?.start ?? 0) && log?.valueAt(print);
    if (!place.uncertain && ((place.receivedCount > 0 && offset <= handled) || shows)) {
      this.#fail(`${partition}:${offset} is of a new log, and the client was not told`);
      return false;
    }
    this.#oracle.undetectable++;
    place.next = null;
    place.mustFrom = Number.POSITIVE_INFINITY;
    place.fromStart = false;
    return true;
  }

  #gap(said: Extract<Said, { type: "gap" }>): void {
    const sum = said.ranges.reduce((total, { count }) => total + count, 0);
    if (sum !== said.count) this.#fail(`a gap of ${said.count} names ranges of ${sum}`);
    for (const range of said.ranges) this.#name(range, said.message);
    if (said.message.includes("too slow")) this.#namedLost += said.count;
  }

  #name(range: NamedRange, message: string): void {
    const { partition, from, to, count } = range;
    const place = this.place(partition);
    const what = `partition ${partition}: ${from}..${to} were named as missing`;
    const received = place.receivedIn(range);
    if (received !== null) return this.#fail(`${what}, but ${received} came`);
    if (!(from <= to)) return this.#fail(`${what}, which is no range`);
    if (from <= place.asked && !this.#late)
      return this.#fail(`${what}, but the client asked for what comes after ${place.asked}`);
    const { truth } = this.#oracle;
    const log = truth.log(place.epoch ?? truth.epoch, partition);
    if (!log || place.uncertain) return place.name(range);
    const certain = place.epoch === truth.epoch || truth.epoch === 0;
    if (certain && to >= log.end) return this.#fail(`${what}, but the log ends at ${log.end}`);
    const deliverable = log.deliverable(from, to);
    if (certain && (count < deliverable.length || count > to - from + 1)) {
      return this.#fail(`${what} as ${count}, but there are ${deliverable.length} in it`);
    }
    const lost = deliverable.filter((offset) => !place.wasNamed(offset));
    place.name(range);
    if (certain) this.#oracle.checkReason(this.name, { partition, log, lost, message, late: this.#late });
  }

  #stale({ partition, requested, oldest, logEnd }: Extract<Said, { type: "stale" }>): void {
    const place = this.place(partition);
    const { truth } = this.#oracle;
    if (logEnd === null) {
      if (oldest <= requested + 1)
        this.#fail(`a cursor at ${requested} was called stale, but ${oldest} is to be had`);
      return;
    }
    // Without a record the client cannot tell which log it follows: any that is no more will do.
    const epoch = place.epoch ?? place.minEpoch;
    if (epoch === truth.epoch && !place.uncertain) {
      return this.#fail(
        `partition ${partition} was said to be made anew after ${requested}, which it was not`,
      );
    }
    this.#places.delete(partition);
    this.#cursors.delete(partition);
    this.#memory.last.delete(partition);
    const fresh = this.place(partition);
    fresh.minEpoch = Math.min(epoch + 1, truth.epoch);
    fresh.fromStart = this.#oracle.strict;
    fresh.mustFrom = this.#oracle.strict ? 0 : oldest;
    if (!this.#oracle.strict) fresh.next = oldest;
  }

  #replayComplete(said: Extract<Said, { type: "replay_complete" }>): void {
    if (said.mode === "thread") {
      this.#threads?.unknown(said.unknownThreads);
      // From now on it is live.
      for (const place of this.#places.values()) place.mustFrom = Number.POSITIVE_INFINITY;
    } else if (said.mode === "latest") this.#giveUpTo(said.offsets);
    else this.#claim(said);
    for (const [partition, { owed }] of this.#places) {
      const place = this.place(partition);
      const missing = owed.filter((offset) => !place.wasNamed(offset));
      if (missing.length > 0)
        this.#fail(`partition ${partition}: ${showOffsets(missing)} were asked for late and never named`);
      place.owed = [];
    }
    this.#late = false;
    this.#resuming = null;
    this.#established = false;
    this.establish();
  }

  /** What the server says was replayed must have come, because clients continue behind it. */
  #claim({ offsets }: Extract<Said, { type: "replay_complete" }>): void {
    const { truth } = this.#oracle;
    for (const [partition, last] of offsets) {
      const place = this.place(partition);
      const epoch = place.epoch ?? truth.epoch;
      const log = truth.log(epoch, partition);
      if (!log || place.uncertain) continue;
      if (last >= log.end)
        return this.#fail(`replay_complete claims ${partition}:${last}, but the log ends at ${log.end}`);
      const missing = place.missing(
        log,
        place.next ?? Math.max(place.minEpoch > 0 ? 0 : last, log.start),
        last,
      );
      if (missing.length > 0)
        this.#fail(`replay_complete claims ${partition}:${last}, but ${showOffsets(missing)} did not come`);
      if (last <= (this.#cursors.get(partition)?.offset ?? -1)) continue;
      this.#cursors.set(partition, { offset: last, epoch });
    }
  }

  /** By its own wish the client continues behind these offsets, whatever it did not get. */
  #giveUpTo(offsets: ReadonlyMap<number, number>): void {
    const { truth } = this.#oracle;
    for (let p = 0; p < truth.partitionCount; p++) {
      const last = offsets.get(p);
      const place = this.place(p);
      if (last === undefined) {
        place.next = null;
        place.mustFrom = Number.POSITIVE_INFINITY;
        continue;
      }
      this.#startAfter(place, p, last);
    }
    this.#resuming = null;
    this.#late = false;
    this.#established = false;
    this.establish();
  }

  #startAfter(place: Place, partition: number, last: number): void {
    const { truth } = this.#oracle;
    const fitting = Array.from({ length: truth.epoch + 1 }, (_, epoch) => epoch).filter(
      (epoch) => epoch >= (place.epoch ?? place.minEpoch) && last < (truth.log(epoch, partition)?.end ?? 0),
    );
    const epoch = place.epoch !== null && fitting.includes(place.epoch) ? place.epoch : fitting.at(-1);
    if (epoch === undefined)
      return this.#fail(`partition ${partition} is said to be at ${last}, which does not exist`);
    place.uncertain = fitting.length > 1;
    place.epoch = epoch;
    place.fromStart = false;
    place.floor = Math.max(place.floor, last);
    place.next = Math.max(place.next ?? 0, last + 1);
    this.#cursors.set(partition, { offset: last, epoch });
  }

  #settleStart(place: Place, partition: number): void {
    const log = this.#oracle.truth.current(partition);
    if (place.next === null && log && place.mustFrom === Number.POSITIVE_INFINITY) place.mustFrom = log.end;
  }

  #fail(what: string): void {
    this.#oracle.violated(`${this.name}: ${what}`);
  }
}

function show({ partition, offset }: { readonly partition: number; readonly offset: number }): string {
  return `${partition}:${offset}`;
}
