// The server is gone and the client has not been told: what it sends goes nowhere, and nothing comes back. A host that
// comes back answers the next bytes of such a connection with a reset; ours does so when the toxic is removed.

import type { Affliction, Seat } from "../affliction.ts";

export function halfOpen(seat: Seat): Affliction {
  if (seat.direction === "upstream") {
    seat.hit();
    seat.loseServer();
  }
  return {
    take(piece) {
      seat.drop(piece);
      if (seat.direction === "upstream" && piece.kind === "data") seat.hit();
    },
    release: () => seat.reset(),
    end() {},
  };
}
