// A client takes no data any more, and comes back each time it is given up.

import { defineScenario } from "../scenario.ts";

export const slowClient = defineScenario({
  name: "slow-client",
  summary: "A client stops reading; what it misses in the end is counted as dropped.",
  traffic: { rate: 4 },
  env: { WEBSOCKET_MAX_CLIENT_LAG: "80", WEBSOCKET_STALL_TIMEOUT_SECS: "600" },
  faults: [
    { fault: "slow-client" },
    // Fills the sockets of a client that does not read; from then on it falls behind.
    { fault: "burst", params: { count: 30, bytes: 500_000 }, after: "10s" },
  ],
  hold: "8m",
  expect: [{ alert: "HighDroppedMessageRate" }],
});
