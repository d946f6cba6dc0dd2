// The connection is cut with a reset as soon as anything passes; idle ones live until then.

import type { Affliction, Seat } from "../affliction.ts";

export function reset(seat: Seat): Affliction {
  return {
    take() {
      seat.hit();
      seat.reset();
    },
    release() {},
    end() {},
  };
}
