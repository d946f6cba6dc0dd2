// So many bytes a second and no more: a piece is cut into slices of a tenth of a second, and each takes the time that the
// line needs for it.

import type { Timer } from "../../../src/runtime/clock.ts";
import type { Affliction, Piece, Seat } from "../affliction.ts";
import type { ToxicOf } from "../toxic.ts";

const SLICES_PER_SECOND = 10;

export function bandwidth({ bytesPerSecond }: ToxicOf<"bandwidth">, seat: Seat): Affliction {
  const { clock } = seat;
  const sliceBytes = Math.max(1, Math.floor(bytesPerSecond / SLICES_PER_SECOND));
  let waiting: Piece[] = [];
  let timer: Timer | null = null;

  function pump(): void {
    const next = waiting[0];
    if (next === undefined) return;
    if (next.kind !== "data") return sent();
    timer = clock.after((Math.min(sliceBytes, next.bytes.length) / bytesPerSecond) * 1000, sent);
  }
  function sent(): void {
    timer = null;
    const next = waiting.shift();
    if (next?.kind === "data" && next.bytes.length > sliceBytes) {
      waiting.unshift({ kind: "data", bytes: next.bytes.subarray(sliceBytes) });
      seat.passOn({ kind: "data", bytes: next.bytes.subarray(0, sliceBytes) });
    } else if (next) seat.passOn(next);
    // What was passed on may have ended the connection, or brought more.
    if (timer === null) pump();
  }
  return {
    take(piece) {
      waiting.push(piece);
      seat.hit();
      if (timer === null) pump();
    },
    release() {
      timer?.cancel();
      const kept = waiting;
      waiting = [];
      for (const piece of kept) seat.passOn(piece);
    },
    end() {
      timer?.cancel();
      waiting = [];
    },
  };
}
