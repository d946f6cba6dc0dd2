// What a toxic does to one direction of one connection, and what it may use for it.

import type { Clock } from "../../src/runtime/clock.ts";
import type { Random } from "../../src/runtime/random.ts";
import type { Direction } from "./toxic.ts";

/** What goes through a connection, in order: data, the end of this direction, or a reset. */
export type Piece =
  | { readonly kind: "data"; readonly bytes: Buffer }
  | { readonly kind: "end" }
  | { readonly kind: "reset" };

/** A toxic at work on one direction of one connection. */
export interface Affliction {
  /** A piece has come: hand it on now or later, change it, or keep it. */
  take(piece: Piece): void;
  /** The toxic was removed: what it has kept goes on now, in order. */
  release(): void;
  /** The connection is over: no timer may be left. */
  end(): void;
}

/** What an affliction acts on. */
export interface Seat {
  readonly clock: Clock;
  readonly random: Random;
  readonly direction: Exclude<Direction, "both">;
  /** Hands a piece on to the next toxic, or to the socket. */
  passOn(piece: Piece): void;
  /** Throws a piece away. */
  drop(piece: Piece): void;
  /** Counts that it took. */
  hit(): void;
  /** Cuts both sides with a reset. */
  reset(): void;
  /** Cuts the server's side, of which the client hears nothing. */
  loseServer(): void;
}
