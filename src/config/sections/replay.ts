// Options of replay from memory.

import { seconds, wholeNumber } from "../kind.ts";
import { option } from "../option.ts";

export const REPLAY_OPTIONS = {
  replayBufferMemorySize: option({
    env: ["REPLAY_BUFFER_MEMORY_SIZE", "WEBSOCKET_BUFFER_SIZE"],
    kind: wholeNumber(1, 100_000_000, "records"),
    default: "50000",
    help: "Records kept in memory for replay and for slow clients.",
    commands: ["serve", "demo"],
  }),
  replayBufferMemoryBytes: option({
    env: ["REPLAY_BUFFER_MEMORY_BYTES"],
    kind: wholeNumber(1, 2_147_483_647, "bytes"),
    default: "67108864",
    help: "Bytes of record values kept in memory, whichever limit comes first.",
    commands: ["serve", "demo"],
  }),
  replayTimeoutSecs: option({
    env: ["REPLAY_TIMEOUT_SECS"],
    kind: seconds(1),
    default: "30",
    help: "A client that takes no byte of its replay for so long is disconnected.",
    commands: ["serve", "demo"],
  }),
  replayMaxTotal: option({
    env: ["REPLAY_MAX_TOTAL"],
    kind: wholeNumber(0, 1_000_000_000, "records"),
    default: "0",
    help: "Records of one replay at most; 0 = no limit.",
    commands: ["serve", "demo"],
  }),
};
