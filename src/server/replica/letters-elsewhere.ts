// For a pipeline whose bad records are dead-lettered by somebody else: it judges and counts them, and goes on.

import type { Clock } from "../../runtime/clock.ts";
import { DeadLetterBarrier } from "../../stream/dead-letter-barrier.ts";
import type { DeadLetterSink } from "../../stream/dead-letter-sink.ts";

/** A sink that takes nothing, and the barrier at which therefore nobody ever waits. */
export function lettersElsewhere(clock: Clock): {
  readonly sink: DeadLetterSink;
  readonly barrier: DeadLetterBarrier;
} {
  return {
    sink: { full: false, room: () => null, offer: () => null },
    barrier: new DeadLetterBarrier({ clock, hold() {}, release() {} }),
  };
}
