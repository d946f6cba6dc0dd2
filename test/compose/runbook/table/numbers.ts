// Blocks that are written for numbers of threads that do not fit, and for records that are late.

import { all, lines, prints, series, someJson, succeeds } from "../checks.ts";
import { ours, printed, works } from "../entry.ts";
import { troubledNumbers } from "../situations/records.ts";
import { brokerDown } from "../situations/services.ts";
import {
  aNumber,
  groupIsRead,
  logHas,
  logMayHave,
  queryInUrl,
  spacesInUrl,
  stateOf,
  topicIs,
} from "./common.ts";

const brokerRestarts = all(succeeds, prints(/^dashstream-kafka$/m), lines(2));
const IN = troubledNumbers.name;
const GAPS = "sequence-gaps-detected";
const brokerLog = logMayHave(/ERROR|WARN|partition/i);
const serverHealth = all(
  succeeds,
  prints('"status": "healthy"'),
  prints('"kafka_status"'),
  prints('"websocket_status"'),
);
const topic = works(topicIs("dashstream-quality"));
const late = someJson(
  "stage with more than half a second",
  (row: { readonly stage: string; readonly value: string }) => row.stage !== "" && Number(row.value) > 500,
);
const stats = works(all(succeeds, prints(/dashstream-websocket-server +\d+\.\d\d% +\d/)));

export const NUMBERS = [
  ...ours(GAPS, IN, {
    Investigation: [
      works(all(succeeds, series("job", "dashstream-infrastructure"))),
      works(logHas(/gap/i)),
      works(brokerLog),
      works(serverHealth),
      works(all(succeeds, prints(/^"[0-9a-f]{32}"$/m))),
      topic,
    ],
    Remediation: [
      works(brokerRestarts, { in: brokerDown.name }),
      works(all(succeeds, prints('"status":"healthy"'))),
    ],
    Verification: [stateOf("SequenceGapsDetected")],
  }),
  ...ours("high-duplicate-rate", IN, {
    Investigation: [
      works(all(succeeds, series("job", "dashstream-infrastructure"))),
      works(aNumber),
      works(groupIsRead),
    ],
    Verification: [stateOf("HighDuplicateRate")],
  }),
  ...ours("high-reorder-rate", IN, {
    Investigation: [works(all(succeeds, series("job", "dashstream-infrastructure"))), topic],
    Verification: [stateOf("HighReorderRate")],
  }),
  ...ours("e2e-latency-high", IN, {
    Investigation: [works(all(succeeds, late)), works(groupIsRead), works(aNumber), stats],
    Remediation: [works(all(succeeds, prints(/^dashstream-websocket-server$/m)))],
    Verification: [stateOf("E2ELatencyHigh")],
  }),
  ...printed("1. SequenceGapsDetected", IN, {
    "Investigation Steps": [
      [
        queryInUrl(GAPS),
        works(logMayHave(/ERROR|WARN|partition/)),
        works(serverHealth),
        works(all(succeeds, prints(/"traceID": "[0-9a-f]{32}"/))),
        topic,
      ],
    ],
    Remediation: [
      [
        works(brokerRestarts, { in: brokerDown.name }),
        works(all(succeeds, prints('"status":"healthy"'))),
        works(all(succeeds, prints(/^dashstream-quality-monitor$/m))),
      ],
    ],
    Verification: [stateOf("SequenceGapsDetected")],
  }),
  ...printed("8. E2ELatencyHigh", IN, {
    "Investigation Steps": [[queryInUrl("e2e-latency-high", spacesInUrl), works(groupIsRead)]],
  }),
  ...printed("9. HighDuplicateRate", IN, {
    "Investigation Steps": [[queryInUrl("high-duplicate-rate"), works(groupIsRead)]],
  }),
  ...printed("10. HighReorderRate", IN, {
    "Investigation Steps": [[queryInUrl("high-reorder-rate"), topic]],
  }),
];
