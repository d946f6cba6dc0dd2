// Blocks that are written for dead letters that cannot be written.

import {
  all,
  complains,
  exits,
  lines,
  prints,
  printsNothing,
  series,
  someJson,
  succeeds,
} from "../checks.ts";
import { fails, ours, type PieceEntry, printed, works } from "../entry.ts";
import { lettersPileUp, topicsGone } from "../situations/dead-letters.ts";
import { aNumber, figures, letters, logHas, queryInUrl, stateOf, topicIs } from "./common.ts";

const GONE = topicsGone.name;
const FULL = lettersPileUp.name;
const MONITOR_JOB = "dashstream-quality-monitor";
const BROKEN = "websocket-dlq-broken";
const room = works(all(succeeds, prints(/^\S+ +\S+ +\S+ +\S+ +\d+% /m)));
const missing = /Topic '?\S*dashstream-dlq\S* does not exist/;
const topicIsMissing = works(all(exits(1), prints(missing)));
const libraryAlerts = ["DLQItselfBroken", "DashStreamDlqSendFailures", "DLQSendFailures"];
const created = all(succeeds, prints("Created topic dashstream-dlq."));
const serverCreated = all(succeeds, prints("Created topic dashstream-quality-dlq."));
const dlqHealth = all(succeeds, prints('"failures_by_reason"'), prints('"status"'));
const listed = all(succeeds, lines(1, /dlq/));

function libraryPage(page: string, create: PieceEntry) {
  return ours(page, GONE, {
    Investigation: [
      works(all(succeeds, series("job", MONITOR_JOB))),
      works(all(succeeds, series("job", MONITOR_JOB))),
      works(logHas(/dlq/i)),
      topicIsMissing,
      room,
    ],
    Remediation: [create, works(all(succeeds, prints(MONITOR_JOB)))],
    Verification: [
      works(aNumber),
      works(
        all(
          succeeds,
          ...libraryAlerts.map((alert) =>
            someJson(
              `firing ${alert}`,
              (row: { readonly alert: string; readonly state: string }) =>
                row.alert === alert && row.state === "firing",
            ),
          ),
        ),
        { afterwards: all(succeeds, printsNothing) },
      ),
    ],
  });
}

function fullPage(page: string) {
  return ours(page, FULL, {
    Investigation: [
      works(all(succeeds, series("job", MONITOR_JOB))),
      works(all(succeeds, series("job", MONITOR_JOB))),
      works(figures),
      works(all(exits(0, 1), printsNothing)),
    ],
    Remediation: [works(topicIs("dashstream-dlq"))],
    Verification: [stateOf("DashStreamDlqBackpressureDrops")],
  });
}

export const DEAD_LETTERS = [
  ...fullPage("dashstream-dlq-backpressure-drops"),
  ...fullPage("dlq-backpressure-drops"),
  ...printed("7b. DashStreamDlqBackpressureDrops", FULL, {
    "Investigation Steps": [
      [
        queryInUrl("dashstream-dlq-backpressure-drops"),
        queryInUrl(
          "dashstream-dlq-backpressure-drops",
          "an escaped quote is no PromQL, and curl takes brackets in an address for a pattern",
        ),
        queryInUrl("dashstream-dlq-backpressure-drops"),
        works(all(exits(0, 1), printsNothing)),
      ],
    ],
  }),
  ...libraryPage("dlq-itself-broken", works(created, { cures: libraryAlerts })),
  ...libraryPage("dashstream-dlq-send-failures", works(created)),
  ...libraryPage("dlq-send-failures", works(created)),
  ...ours(BROKEN, GONE, {
    Investigation: [
      works(all(succeeds, series("reason", "kafka_error"))),
      works(dlqHealth),
      works(all(exits(0, 1), printsNothing), { afterwards: listed }),
      works(logHas(/dlq/i)),
      room,
      works(all(exits(0, 0), complains(/UNKNOWN_TOPIC_OR_PARTITION|not present in metadata/)), {
        afterwards: all(succeeds, printsNothing),
      }),
    ],
    Remediation: [
      works(serverCreated, { cures: ["WebSocketDlqBroken"] }),
      works(dlqHealth),
      works(all(succeeds, prints("Completed updating config for topic dashstream-quality."))),
    ],
    Verification: [works(all(succeeds, letters(1)), { when: "cured" }), stateOf("WebSocketDlqBroken")],
  }),
  ...printed("2. WebSocketDlqBroken", GONE, {
    "Investigation Steps": [
      [
        queryInUrl(BROKEN),
        works(all(exits(0, 1), printsNothing), { afterwards: listed }),
        works(logHas(/dlq/i)),
        room,
        fails(
          "without `-i` nothing is sent: it succeeds although there is no such topic, and what would be sent is no JSON, on which each later `jq` ends",
          BROKEN,
          all(succeeds, printsNothing),
        ),
      ],
    ],
    Remediation: [
      [
        works(serverCreated, { cures: ["WebSocketDlqBroken"] }),
        works(dlqHealth),
        works(all(succeeds, prints("Completed updating config for topic dashstream-quality."))),
      ],
    ],
    Verification: [works(all(succeeds, prints(/"error_type"/)), { when: "cured" })],
  }),
];
