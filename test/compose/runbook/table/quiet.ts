// Blocks that are for no alert: reading what is there, looking around, settings.

import {
  all,
  complains,
  exits,
  firing,
  json,
  lines,
  prints,
  printsNothing,
  someJson,
  succeeds,
} from "../checks.ts";
import { fails, noCommand, ours, printed, works } from "../entry.ts";
import { quiet } from "../situations/quiet.ts";
import { damagedLog, everythingDown } from "../situations/services.ts";
import { figures, groupIsRead, queryInUrl, spacesInUrl } from "./common.ts";

const IN = quiet.name;
const restart = { in: everythingDown.name, when: "remedy" } as const;
const damaged = { in: damagedLog.name, when: "remedy" } as const;
const prometheusAgain = lines(2, /^dashstream-prometheus$/);
const FORENSICS = "forensics";
const counts = all(succeeds, lines(3, /^ *\d+ \w+$/));
const spans = all(
  succeeds,
  json(1),
  someJson("span with an error", (span: { readonly tags: readonly { readonly key: string }[] }) =>
    span.tags.some(({ key }) => key === "error"),
  ),
);
const targets = all(
  succeeds,
  json(3),
  someJson(
    "target that is up",
    (row: { readonly health: string; readonly scrapeInterval: string }) =>
      row.health === "up" && row.scrapeInterval !== "",
  ),
);
const prefix = "dashstream-replay:";
const traceId = {
  parts: { "4bf92f3577b34da6a3ce929d0e0e4736": "<trace>" },
  because: "an example; the test takes that of a letter",
};

export const QUIET = [
  ...ours(FORENSICS, IN, {
    "Dead letters": [
      works(all(succeeds, printsNothing)),
      works(counts),
      works(
        all(
          succeeds,
          someJson(
            "letter of thread-1",
            (letter: { readonly original_message: { readonly thread_id: string } }) =>
              letter.original_message.thread_id === "thread-1",
          ),
        ),
      ),
      works(all(succeeds, prints("thread-1"))),
      works(all(succeeds, prints("schema_mismatch"))),
    ],
    Traces: [works(spans, { altered: traceId }), works(all(succeeds, json(1)))],
    Offsets: [
      works(groupIsRead),
      works(
        all(
          succeeds,
          prints(/group websocket-server-v4 in topic dashstream-quality/),
          prints(/total lag \d+/),
        ),
      ),
      works(all(succeeds, prints(/^dashstream-quality:0:\d+$/m))),
      works(all(succeeds, lines(10, /^[0-9a-f]{8}: /))),
    ],
    Queries: [
      works(all(succeeds, prints("Watchdog"))),
      works(all(succeeds, json(1), prints("__name__"))),
      works(targets),
    ],
  }),
  ...ours("quick-reference", IN, {
    "": [
      works(all(succeeds, firing("Watchdog"))),
      works(all(succeeds, prints('"status": "healthy"'), prints(/Prometheus Server is Healthy/))),
      works(all(succeeds, printsNothing), restart),
      works(all(succeeds, prints(/^dashstream-kafka +\|/m), prints(/^dashstream-websocket-server +\|/m))),
      works(prometheusAgain, damaged),
    ],
  }),
  ...ours("dead-letters", IN, {
    Watching: [
      works(figures),
      works(figures),
      works(all(succeeds, prints('"mode": "fail_open"'), prints('"sends"'))),
    ],
  }),
  ...ours("replay-buffer", IN, {
    "Which tier serves how much": [works(all(succeeds, prints(/^replay_buffer_\w+/m)))],
    "Looking into Redis": [
      works(all(succeeds, prints(prefix), lines(2, /^dashstream-replay:/))),
      works(all(succeeds, lines(1, /^[0-9a-f]{8}: /)), {
        altered: {
          parts: { "offset:42": "offset:<offset>" },
          because: "an example; the test takes one that Redis has",
        },
      }),
      works(all(succeeds, lines(2, /^(dashstream-replay:\S+:\d+|\d+)$/))),
    ],
    "Clearing it": [works(all(succeeds, prints(/^[12]$/m)))],
  }),
  ...ours("watchdog", IN, {
    Investigation: [
      works(all(succeeds, prints("Healthy"), prints('"state": "firing"'))),
      works(all(succeeds, prints(":9093"))),
      works(all(succeeds, prints('"state": "active"'))),
      works(all(succeeds, lines(1))),
    ],
    Remediation: [
      works(all(succeeds, prints("dashstream-prometheus"), prints("dashstream-alertmanager"))),
      works(prometheusAgain, damaged),
    ],
    Verification: [works(firing("Watchdog"), { when: "firing" })],
  }),
  ...ours("settings", IN, {
    "Where reading begins: `KAFKA_AUTO_OFFSET_RESET`": [
      works(all(succeeds, prints(/^dashstream-websocket-server$/m))),
    ],
  }),
  ...printed("Monitoring DLQ Health", IN, { "": [[queryInUrl("dead-letters"), queryInUrl("dead-letters")]] }),
  ...printed("DLQ Message Inspection", IN, {
    "": [
      [
        fails("it waits for further letters and never ends", FORENSICS, all(exits(124, 0), printsNothing), {
          altered: { parts: { "docker exec": "timeout 8 docker exec" }, because: "ended after 8 s" },
        }),
        works(counts),
        works(all(succeeds, json(1), prints('"thread-1"'))),
      ],
    ],
  }),
  ...printed("Jaeger Trace Correlation", IN, {
    "": [
      [
        works(spans, {
          altered: {
            parts: { "<trace_id_from_dlq>": "<trace>" },
            because: "a placeholder; the test takes that of a letter",
          },
        }),
        fails(
          "curl takes `{...}` in an address for a pattern, and Jaeger gets no JSON",
          FORENSICS,
          all(prints(/^$/), exits(0, 5)),
        ),
      ],
    ],
  }),
  ...printed("Kafka Offset Analysis", IN, {
    "": [
      [
        works(groupIsRead),
        fails("the class is gone from Kafka's tools", FORENSICS, all(exits(1), printsNothing)),
        works(all(succeeds, lines(10))),
      ],
    ],
  }),
  ...printed("Prometheus Query Examples", IN, {
    "": [[works(all(succeeds, prints("Watchdog"))), queryInUrl(FORENSICS, spacesInUrl), works(targets)]],
  }),
  ...printed("Quick Reference Commands", IN, {
    "": [
      [
        works(all(succeeds, firing("Watchdog"))),
        works(all(succeeds, prints('"status": "healthy"'), prints("Healthy"))),
        works(all(succeeds, printsNothing), restart),
        works(prints(/^dashstream-kafka +\|/m), {
          altered: {
            parts: { "docker-compose -f": "timeout 3 docker-compose -f" },
            because: "it follows the logs; ended after 3 s",
          },
        }),
        fails(
          "there is no `exec` into a container that is stopped",
          "quick-reference",
          all(
            complains(/Error response from daemon: container [0-9a-f]{64} is not running/),
            prometheusAgain,
          ),
          { in: damagedLog.name, when: "firing" },
        ),
      ],
    ],
  }),
  ...printed("Offset Reset Policy", IN, {
    "": [
      [
        noCommand("a setting, not a command", all(succeeds, printsNothing)),
        noCommand("a setting, not a command", all(succeeds, printsNothing)),
      ],
    ],
  }),
  ...printed("Check Replay Buffer Health", IN, {
    "": [[works(all(succeeds, prints(/^replay_buffer_\w+/m))), noCommand("a comment", printsNothing)]],
  }),
  ...printed("Manual Redis Inspection", IN, {
    "": [
      [
        fails(
          "it opens a prompt of its own, which the lines behind it are meant for",
          "replay-buffer",
          printsNothing,
        ),
        works(all(succeeds, printsNothing)),
        fails("a command of Redis, not of the shell", "replay-buffer", all(exits(127), printsNothing)),
        fails("a command of Redis, not of the shell", "replay-buffer", all(exits(127), printsNothing)),
        fails("a command of Redis, not of the shell", "replay-buffer", all(exits(127), printsNothing)),
        fails("a command of Redis, not of the shell", "replay-buffer", all(exits(127), printsNothing)),
      ],
    ],
  }),
];
