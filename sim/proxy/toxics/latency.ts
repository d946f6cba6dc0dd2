// Every piece arrives later than it was sent. One that is due before those ahead of it waits for them: TCP keeps order.

import type { Timer } from "../../../src/runtime/clock.ts";
import type { Affliction, Piece, Seat } from "../affliction.ts";
import type { ToxicOf } from "../toxic.ts";

interface Delayed {
  readonly piece: Piece;
  readonly dueMs: number;
}

export function latency({ latencyMs, jitterMs = 0 }: ToxicOf<"latency">, seat: Seat): Affliction {
  const { clock, random } = seat;
  let waiting: Delayed[] = [];
  let timer: Timer | null = null;

  function pump(): void {
    timer = null;
    while (waiting[0] && waiting[0].dueMs <= clock.monotonicMs()) {
      const { piece } = waiting[0];
      waiting.shift();
      seat.passOn(piece);
    }
    const [next] = waiting;
    if (next) timer = clock.after(next.dueMs - clock.monotonicMs(), pump);
  }
  return {
    take(piece) {
      const delayMs = Math.max(0, latencyMs + (2 * random.next() - 1) * jitterMs);
      waiting.push({ piece, dueMs: clock.monotonicMs() + delayMs });
      seat.hit();
      if (timer === null) pump();
    },
    release() {
      timer?.cancel();
      const kept = waiting;
      waiting = [];
      for (const { piece } of kept) seat.passOn(piece);
    },
    end() {
      timer?.cancel();
      waiting = [];
    },
  };
}
