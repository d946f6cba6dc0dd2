// Producers that send what they should not: records that nobody can read, and numbers that do not fit.

import { createSmallTraffic } from "../../../../sim/traffic/small.ts";
import { SERVER } from "../site.ts";
import type { Situation } from "../situation.ts";
import { numberedRecords } from "./threads.ts";

/** So many letters are there before anything is read, so that consumers with a limit need not wait for more. */
const LETTERS = 1_200;

export const badRecords: Situation = {
  name: "bad records",
  summary: "one record in ten is damaged; some are of another schema version, some too large",
  alerts: [
    "HighMessageProcessingErrorRate",
    "HighDecodeErrorRate",
    "WebSocketDlqHighRate",
    "HighDLQRate",
    "SchemaVersionMismatch",
    "OversizedMessage",
  ],
  async arise(site) {
    await site.send(numberedRecords(site, "thread-1", [1], 2), 1);
    await site.break("corrupt-payload", { share: 1 });
    const { random, clock } = site;
    await site.send(createSmallTraffic({ random, clock, tenants: ["acme"], threads: 16 }), LETTERS);
    await site.mend();
    // By chance, so that not the same records are meant by all of them.
    await site.break("corrupt-payload", { share: 0.1, spread: "random" });
    await site.break("schema-mismatch", { share: 0.1, spread: "random" });
    await site.break("oversized", { share: 0.05, spread: "random" });
  },
  // A remedy lets the server accept other versions.
  end: (site) => site.stack.recreate(SERVER, {}),
};

export const troubledNumbers: Situation = {
  name: "numbers that do not fit",
  summary: "records are lost, come twice, overtake each other, and are late",
  alerts: ["SequenceGapsDetected", "HighDuplicateRate", "HighReorderRate", "E2ELatencyHigh"],
  async arise(site) {
    await site.break("sequence-gap", { share: 0.1, spread: "random" });
    await site.break("duplicate", { share: 0.1, after: 0, spread: "random" });
    await site.break("reorder", { share: 0.06, spread: "random" });
    await site.break("delivery-delay", { delay_ms: 800 });
  },
};
