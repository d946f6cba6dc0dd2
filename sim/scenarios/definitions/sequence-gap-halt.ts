// The same loss under the policy that stops a thread rather than showing it with a hole.

import { defineScenario } from "../scenario.ts";

export const sequenceGapHalt = defineScenario({
  name: "sequence-gap-halt",
  summary: "A record is lost under SEQUENCE_GAP_POLICY=halt: its thread stops until the server is restarted.",
  env_of: { "websocket-server": { SEQUENCE_GAP_POLICY: "halt" } },
  faults: [{ fault: "sequence-gap", params: { share: 0.002 } }],
  remedy: [{ fault: "process-restart", params: { component: "websocket-server" } }],
  // The restart takes its time, and must be shorter than the minute that ServiceDown waits.
  max_scale: 10,
  hold: "8m",
  expect: [{ alert: "GapDetectedWithHalt" }],
  may: [
    {
      alert: "WebSocketDlqHighRate",
      because: "further records of a halted thread are dead letters, which is what halting means",
    },
  ],
});
