// A client takes no data any more, and comes back each time it is given up.

import { defineScenario } from "../scenario.ts";

export const slowClient = defineScenario({
  name: "slow-client",
  summary: "A client stops reading; what it misses in the end is counted as dropped.",
  // Enough to fill the sockets of a client that does not read.
  traffic: { rate: 25 },
  env: { WEBSOCKET_MAX_CLIENT_LAG: "500", WEBSOCKET_STALL_TIMEOUT_SECS: "600" },
  faults: [{ fault: "slow-client" }],
  hold: "8m",
  expect: [{ alert: "HighDroppedMessageRate" }],
});
