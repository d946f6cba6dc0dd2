// Records that wait for a loop, in the order in which they came. Between them stand moves of the cursor, so that what
// counts as used follows the loop exactly and never what has merely arrived.

import { DashstreamError } from "../errors.ts";
import type { Fingerprint } from "../wire/fingerprint.ts";

/** A record, or only a move of the cursor. */
export interface QueueEntry<R> {
  readonly record: R | null;
  readonly partition: number;
  /** Where the cursor stands once this was used. */
  readonly cursor: number;
  readonly last: Fingerprint | null;
  /** The log was made anew: the cursor goes back. */
  readonly restart?: true;
}

interface Waiting<R> {
  readonly resolve: (step: IteratorResult<R, undefined>) => void;
  readonly reject: (error: DashstreamError) => void;
}

/** Entries that were taken are cut off when there are this many. */
const CUT_COUNT = 1024;

export class RecordQueue<R> {
  readonly #onUsed: (entry: QueueEntry<R>) => void;
  readonly #onLeft: () => void;
  #entries: QueueEntry<R>[] = [];
  #head = 0;
  #records = 0;
  /** The entry whose record the loop has in hand. */
  #inHand: QueueEntry<R> | null = null;
  #waiting: Waiting<R> | null = null;
  #end: { readonly error: DashstreamError | null } | null = null;
  #isIterated = false;

  /** `onLeft` is called when the loop is left before the stream ends. */
  constructor(onUsed: (entry: QueueEntry<R>) => void, onLeft: () => void) {
    this.#onUsed = onUsed;
    this.#onLeft = onLeft;
  }

  /** Records that wait. */
  get size(): number {
    return this.#records;
  }

  push(entry: QueueEntry<R>): void {
    if (this.#end !== null) return;
    this.#entries.push(entry);
    if (entry.record !== null) this.#records++;
    if (this.#inHand !== null) return;
    this.#passMoves();
    if (this.#waiting === null) return;
    const next = this.#take();
    if (next === null) return;
    this.#waiting.resolve({ done: false, value: next });
    this.#waiting = null;
  }

  /** After `close` nothing more is given; after a failure what waits is, and then the error. */
  finish(error: DashstreamError | null): void {
    this.#end = { error };
    if (error === null) this.#clear();
    if (this.#waiting === null) return;
    if (error === null) this.#waiting.resolve({ done: true, value: undefined });
    else this.#waiting.reject(error);
    this.#waiting = null;
  }

  /** @throws DashstreamError `invariant` for a second loop, which would get only some of the records */
  iterate(): AsyncIterator<R, undefined> {
    if (this.#isIterated) throw new DashstreamError("invariant", "this stream is iterated already");
    this.#isIterated = true;
    return { next: () => this.#next(), return: () => this.#return() };
  }

  #next(): Promise<IteratorResult<R, undefined>> {
    if (this.#waiting !== null) {
      const error = new DashstreamError("invariant", "the record before this one is still awaited");
      return Promise.reject(error);
    }
    const used = this.#inHand;
    this.#inHand = null;
    if (used !== null) this.#onUsed(used);
    this.#passMoves();
    const value = this.#take();
    if (value !== null) return Promise.resolve({ done: false, value });
    if (this.#end !== null) {
      const { error } = this.#end;
      return error === null ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(error);
    }
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  /** The record in hand does not count as used: an error may have ended the loop. */
  #return(): Promise<IteratorResult<R, undefined>> {
    this.#inHand = null;
    this.#clear();
    this.#onLeft();
    return Promise.resolve({ done: true, value: undefined });
  }

  #take(): R | null {
    const entry = this.#entries[this.#head];
    if (entry === undefined || entry.record === null) return null;
    this.#forward();
    this.#records--;
    this.#inHand = entry;
    return entry.record;
  }

  /** Moves of the cursor with nothing before them are used at once. */
  #passMoves(): void {
    for (let entry = this.#entries[this.#head]; entry?.record === null; entry = this.#entries[this.#head]) {
      this.#forward();
      this.#onUsed(entry);
    }
  }

  #forward(): void {
    this.#head++;
    if (this.#head < CUT_COUNT && this.#head < this.#entries.length) return;
    this.#entries = this.#entries.slice(this.#head);
    this.#head = 0;
  }

  #clear(): void {
    this.#entries = [];
    this.#head = 0;
    this.#records = 0;
  }
}
