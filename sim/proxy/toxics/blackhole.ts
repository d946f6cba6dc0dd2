// Nothing passes and nobody is told. What was sent waits, as TCP sends again what was lost, and arrives when the toxic is
// removed.

import type { Affliction, Piece, Seat } from "../affliction.ts";

export function blackhole(seat: Seat): Affliction {
  let kept: Piece[] = [];
  return {
    take(piece) {
      kept.push(piece);
      seat.hit();
    },
    release() {
      const pieces = kept;
      kept = [];
      for (const piece of pieces) seat.passOn(piece);
    },
    end() {
      kept = [];
    },
  };
}
