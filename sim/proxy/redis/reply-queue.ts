// What a client of Redis is answered, in the order of its commands: what Redis says, piece by piece as it comes, and what a
// rule says in its place.

import { DashstreamError } from "../../../src/errors.ts";
import type { ReplyPiece } from "./reply-scanner.ts";

/** What becomes of an answer of Redis. */
interface Expected {
  readonly kind: "expected";
  /** What the client gets in its place. */
  readonly instead: Buffer | null;
  /** The connection is cut in its place. */
  readonly isCut: boolean;
  isHeld: boolean;
  isComplete: boolean;
  readonly pieces: Buffer[];
}

type Slot = Expected | { readonly kind: "ready"; readonly bytes: Buffer } | { readonly kind: "cut" };

export interface ReplyQueueOptions {
  readonly write: (bytes: Buffer) => void;
  readonly cut: () => void;
}

export class ReplyQueue {
  readonly #options: ReplyQueueOptions;
  readonly #slots: Slot[] = [];
  #expected = 0;
  #heldBytes = 0;
  #isPaired = true;
  #isNextHeld = false;
  #isNextCut = false;
  /** Whether what was written last is not complete: nothing may come between its pieces. */
  #isInside = false;

  constructor(options: ReplyQueueOptions) {
    this.#options = options;
  }

  /** Answers of Redis that are to come. */
  get expected(): number {
    return this.#expected;
  }

  /** Bytes that Redis has said and the client has not been given. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** A command has gone on. */
  expect({ instead }: { readonly instead: Buffer | null }): void {
    const [isHeld, isCut] = [this.#isNextHeld, this.#isNextCut];
    this.#isNextHeld = false;
    this.#isNextCut = false;
    if (!this.#isPaired) return;
    this.#expected++;
    this.#slots.push({ kind: "expected", instead, isCut, isHeld, isComplete: false, pieces: [] });
  }

  /** The answer to the command that goes on next waits until `release`. */
  holdNext(): void {
    this.#isNextHeld = true;
  }

  release(): void {
    for (const slot of this.#slots) if (slot.kind === "expected") slot.isHeld = false;
    this.#flush();
  }

  /** The connection is cut when the command that goes on next is answered. */
  cutInsteadOfNext(): void {
    this.#isNextCut = true;
  }

  /** A rule's answer to a command that did not go on. */
  give(bytes: Buffer): void {
    this.#slots.push({ kind: "ready", bytes });
    this.#flush();
  }

  /** The connection is cut when all commands before were answered. */
  cut(): void {
    this.#slots.push({ kind: "cut" });
    this.#flush();
  }

  /** From the next command on, answers are not those to commands any more. */
  stopPairing(): void {
    this.#isPaired = false;
  }

  /** @throws DashstreamError `protocol_error` if Redis answers what nobody asked */
  take({ bytes, isLast, isPush }: ReplyPiece): void {
    if (isPush) return this.#writeUnpaired(bytes, isLast);
    const slot = this.#slots.find((candidate) => candidate.kind === "expected" && !candidate.isComplete);
    if (slot?.kind !== "expected") {
      if (!this.#isPaired) return this.#writeUnpaired(bytes, isLast);
      throw new DashstreamError("protocol_error", "an answer of Redis that nobody asked for");
    }
    if (slot.instead === null && !slot.isCut) {
      slot.pieces.push(bytes);
      this.#heldBytes += bytes.length;
    }
    if (isLast) {
      slot.isComplete = true;
      this.#expected--;
    }
    this.#flush();
  }

  #writeUnpaired(bytes: Buffer, isLast: boolean): void {
    this.#options.write(bytes);
    this.#isInside = !isLast;
    this.#flush();
  }

  #flush(): void {
    if (this.#isInside) return;
    for (let slot = this.#slots[0]; slot !== undefined; slot = this.#slots[0]) {
      if (slot.kind === "cut") return this.#options.cut();
      if (slot.kind === "ready") this.#options.write(slot.bytes);
      else if (!this.#flushExpected(slot)) return;
      this.#slots.shift();
    }
  }

  /** Whether the answer has been given to its end. */
  #flushExpected(slot: Expected): boolean {
    if (slot.isHeld) return false;
    for (const bytes of slot.pieces.splice(0)) {
      this.#heldBytes -= bytes.length;
      this.#options.write(bytes);
    }
    if (!slot.isComplete) return false;
    if (slot.isCut) this.#options.cut();
    if (slot.instead !== null) this.#options.write(slot.instead);
    return true;
  }
}
