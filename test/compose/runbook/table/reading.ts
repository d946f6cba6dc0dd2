// Blocks that are written for a server that does not go on.

import { all, exits, lines, prints, printsNothing, succeeds, value } from "../checks.ts";
import { fails, noCommand, ours, printed, works } from "../entry.ts";
import { backlog, haltedThread, pausedPartition } from "../situations/reading.ts";
import { aNumber, figures, groupIsRead, queryInUrl, stateOf, topicIs } from "./common.ts";

const HALTED = haltedThread.name;
const PAUSED = pausedPartition.name;
const BEHIND = backlog.name;
const HALT_PAGE = "gap-detected-with-halt";
const HALT = ["GapDetectedWithHalt"];
const LAG = ["KafkaConsumerLagHigh", "KafkaConsumerLagCritical"];
const server = works(all(succeeds, prints(/^dashstream-websocket-server$/m)));
const stats = works(all(succeeds, prints(/dashstream-websocket-server +\d+\.\d\d% +\d/)));
const lag = works(
  all(
    succeeds,
    value((figure) => figure > 1_667, "lag above 1,667"),
  ),
);
const healthAfterRestart = works(all(succeeds, prints('"status":"')));
const trend = "the brackets of a subquery are a pattern for curl";

const halted = [
  ...ours(HALT_PAGE, HALTED, {
    Investigation: [
      works(all(succeeds, prints("<thread>"))),
      works(all(succeeds, prints("HALTED thread <thread> due to gap"))),
      works(all(succeeds, prints("thread_halted"))),
      works(groupIsRead),
    ],
    Remediation: [
      works(all(succeeds, prints("<thread>")), {
        altered: { parts: { THREAD_ID: "<thread>" }, because: "a placeholder" },
        cures: HALT,
      }),
      works(all(succeeds, prints(/^reset: 1 halted threads$/m)), { cures: HALT }),
      works(all(succeeds, prints(/^dry run: \d+ of \d+ letters/), prints("thread_halted"))),
    ],
    Verification: [
      works(
        all(
          succeeds,
          value((figure) => figure > 0, "halted threads"),
        ),
        {
          afterwards: all(
            succeeds,
            value((figure) => figure === 0, "0"),
          ),
        },
      ),
      stateOf("GapDetectedWithHalt"),
    ],
  }),
  ...printed("Alert: GapDetectedWithHalt", HALTED, {
    "Assess Gap Size": [
      fails("the file is in the server's container", HALT_PAGE, all(exits(2), printsNothing)),
    ],
    "Check if Messages Recoverable from Kafka": [works(groupIsRead)],
    "Reset Halted Thread": [works(all(succeeds, printsNothing), { when: "remedy", cures: HALT })],
  }),
];

function stalePage(page: string, alert: string, resume: object) {
  return ours(page, PAUSED, {
    Investigation: [
      works(figures),
      works(all(succeeds, prints('"paused"'))),
      works(topicIs("dashstream-quality")),
      works(groupIsRead),
    ],
    Remediation: [works(all(succeeds, prints('{"resumed":0}')), resume), server],
    Verification: [stateOf(alert)],
  });
}

const paused = [
  ...stalePage("kafka-partition-stale", "KafkaPartitionStale", {
    cures: ["KafkaPartitionStale", "KafkaPartitionStaleCritical"],
  }),
  ...stalePage("kafka-partition-stale-critical", "KafkaPartitionStaleCritical", {}),
];

const lagInvestigation = [
  works(figures),
  lag,
  works(aNumber),
  stats,
  works(figures),
  works(figures),
  works(figures),
];

const behind = [
  ...printed("7c. KafkaConsumerLagHigh", BEHIND, {
    "Investigation Steps": [
      [
        works(figures),
        lag,
        queryInUrl("kafka-consumer-lag-high", trend),
        stats,
        queryInUrl("kafka-consumer-lag-high"),
        queryInUrl("kafka-consumer-lag-high"),
      ],
    ],
    Remediation: [
      [
        stats,
        healthAfterRestart,
        noCommand("comments only", printsNothing),
        queryInUrl("kafka-consumer-lag-high", trend),
      ],
    ],
    Verification: [stateOf("KafkaConsumerLagHigh")],
  }),
  ...printed("7d. KafkaConsumerLagCritical", BEHIND, {
    "Investigation Steps": [[lag, works(all(succeeds, prints('"status"')))]],
    Remediation: [
      [
        server,
        fails("it never ends", "kafka-consumer-lag-critical", prints(/Every 5\.0s/), {
          altered: { parts: { "watch ": "timeout 3 watch " }, because: "ended after 3 s" },
        }),
        noCommand("comments only", printsNothing),
      ],
    ],
  }),
  ...ours("kafka-consumer-lag-critical", BEHIND, {
    Investigation: lagInvestigation,
    Remediation: [
      works(aNumber),
      healthAfterRestart,
      works(all(succeeds, prints(/partition\s+from\s+to/))),
      works(all(succeeds, prints(/^dashstream-websocket-server$/m), prints(/partition\s+from\s+to/)), {
        cures: LAG,
      }),
    ],
    Verification: [
      works(all(succeeds, lines(2, /^"\d+"$/)), {
        altered: { parts: { "seq 10": "seq 2", "sleep 60": "sleep 1" }, because: "twice, a second apart" },
      }),
      stateOf("KafkaConsumerLagCritical"),
    ],
  }),
  ...ours("kafka-consumer-lag-high", BEHIND, {
    Investigation: lagInvestigation,
    Remediation: [
      works(aNumber),
      healthAfterRestart,
      works(all(succeeds, prints(/partition\s+from\s+to/))),
      works(all(succeeds, prints(/partition\s+from\s+to/))),
    ],
    Verification: [stateOf("KafkaConsumerLagHigh")],
  }),
];

export const READING = [...halted, ...paused, ...behind];
