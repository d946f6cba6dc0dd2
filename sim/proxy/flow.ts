// One direction of a connection: what its source sends goes through the toxics in their order and into its sink. A source
// is not read while the sink takes nothing, or while a toxic holds back much.

import type { StreamSocket } from "../../src/runtime/network.ts";
import type { Affliction, Piece, Seat } from "./affliction.ts";
import type { AddedToxic } from "./toxic.ts";
import { afflict } from "./toxics.ts";

/** Bytes that a toxic may hold back before the source must wait; about what a long line has under way. */
const MAX_HELD_BYTES = 1024 * 1024;
/** Unsent bytes of the sink beyond which the source must wait. */
const MAX_UNSENT_BYTES = 64 * 1024;

/** All that an affliction needs and that is not of this direction. */
export type FlowSurroundings = Omit<Seat, "passOn" | "drop" | "hit">;

interface Station {
  readonly added: AddedToxic;
  readonly affliction: Affliction;
}

export class Flow {
  readonly #surroundings: FlowSurroundings;
  readonly #stations: Station[] = [];
  #source: StreamSocket | null = null;
  #sink: StreamSocket | null = null;
  /** What came out before there was a sink. */
  #waiting: Piece[] = [];
  /** Bytes that were taken from the source and not given to the sink. */
  #heldBytes = 0;
  #paused = false;
  #ended = false;
  #over = false;

  constructor(surroundings: FlowSurroundings) {
    this.#surroundings = surroundings;
  }

  /** What comes out goes there; it waits until there is a sink. */
  into(sink: StreamSocket): void {
    this.#sink = sink;
    sink.on("drain", () => this.#pace());
    for (const piece of this.#waiting.splice(0)) this.#deliver(piece);
  }

  /** What it sends goes in, and how it ends: in order, or (a cut) with a reset. */
  from(source: StreamSocket): void {
    this.#source = source;
    source.on("data", (bytes: Buffer) => {
      this.#heldBytes += bytes.length;
      this.#enter(0, { kind: "data", bytes });
      this.#pace();
    });
    source.on("end", () => this.#close("end"));
    source.on("close", () => this.#close("reset"));
    this.#pace();
  }

  add(added: AddedToxic): void {
    const affliction = afflict(added.toxic, {
      ...this.#surroundings,
      passOn: (piece) =>
        this.#enter(this.#stations.findIndex((station) => station.added === added) + 1, piece),
      drop: (piece) => {
        if (piece.kind === "data") this.#heldBytes -= piece.bytes.length;
      },
      hit: () => {
        added.hits++;
      },
    });
    if (affliction !== null && !this.#over) this.#stations.push({ added, affliction });
  }

  remove(added: AddedToxic): void {
    const station = this.#stations.find((candidate) => candidate.added === added);
    if (!station) return;
    station.affliction.release();
    const index = this.#stations.indexOf(station);
    if (index >= 0) this.#stations.splice(index, 1);
    this.#pace();
  }

  /** Nothing passes any more, and no timer is left. */
  end(): void {
    this.#over = true;
    this.#waiting = [];
    for (const { affliction } of this.#stations.splice(0)) affliction.end();
  }

  #close(kind: "end" | "reset"): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#enter(0, { kind });
  }

  #enter(index: number, piece: Piece): void {
    if (this.#over) return;
    const station = this.#stations[index];
    if (station) station.affliction.take(piece);
    else this.#deliver(piece);
  }

  #deliver(piece: Piece): void {
    const sink = this.#sink;
    if (sink === null) {
      this.#waiting.push(piece);
    } else if (piece.kind === "data") {
      this.#heldBytes -= piece.bytes.length;
      if (sink.writable) sink.write(piece.bytes);
      this.#pace();
    } else if (piece.kind === "end") sink.end();
    else sink.resetAndDestroy();
  }

  #pace(): void {
    const source = this.#source;
    if (!source || source.destroyed) return;
    const unsentBytes = this.#sink?.writableLength ?? 0;
    const mustWait = this.#heldBytes >= MAX_HELD_BYTES || unsentBytes >= MAX_UNSENT_BYTES;
    if (mustWait === this.#paused) return;
    this.#paused = mustWait;
    if (mustWait) source.pause();
    else source.resume();
  }
}
