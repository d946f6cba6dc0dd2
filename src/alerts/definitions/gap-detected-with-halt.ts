// Under SEQUENCE_GAP_POLICY=halt a gap has ended delivery of a thread, until somebody resets it.

import type { AlertDefinition } from "../alert.ts";
import { alertState, groupState, query, SINGLE_VALUE } from "../commands.ts";
import { count, forMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const COUNT = count(0);

export const GAP_DETECTED_WITH_HALT: AlertDefinition = {
  name: "GapDetectedWithHalt",
  group: "dashstream-sequence",
  severity: "critical",
  priority: "P0",
  for: forMinutes(0),
  signals: [
    {
      component: "stream",
      exportedBy: ["websocket-server", "quality-monitor", "stream"],
      expr: expr`max(dashstream_sequence_halted_threads) > ${COUNT}`,
      summary: text`Threads are halted because of a gap`,
      description: text`{{ $value | humanize }} threads are not delivered until they are reset. Their records become dead letters of type
        thread_halted meanwhile.`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [],
  explainedBy: [],
  runbook: {
    meaning:
      "Under `SEQUENCE_GAP_POLICY=halt` a gap ends delivery of its thread: clients get nothing of it until it is reset, so that nobody works with a hole. Its records become dead letters of type `thread_halted`.",
    investigation: [
      { say: "Which threads, and how large each gap is.", run: "dashstream threads ls" },
      {
        say: "The same from the log: `❌ HALTED thread <id> due to gap`.",
        run: 'docker exec dashstream-websocket-server grep "HALTED thread" /var/log/websocket-server.log',
      },
      { say: "What was held back since.", run: "dashstream dlq ls --type thread_halted --since 1h" },
      {
        say: "Whether the missing records may still come: lag of the group.",
        run: groupState(),
      },
    ],
    causes: [
      "Those of SequenceGapsDetected.",
      "Threads whose producer restarted its numbers without beginning at 1.",
    ],
    remediation: [
      {
        say: "Find out whether the missing records can be produced again. If they are lost for good, let the thread go on with its next record.",
        run: "dashstream threads reset THREAD_ID",
      },
      {
        say: "All halted threads at once. A restart of the server does the same, for it keeps them in memory only.",
        run: "dashstream threads reset --all",
      },
      {
        say: "Then send back what was held; without `--execute` it only says what it would do.",
        run: "dashstream dlq redrive --type thread_halted --since 1h",
      },
    ],
    verification: [
      { say: "No thread is left.", run: query("max(dashstream_sequence_halted_threads)", SINGLE_VALUE) },
      { say: "The state of the alert.", run: alertState("GapDetectedWithHalt") },
    ],
    escalateAfter: "> 10 min persistent",
    escalation: "If threads halt again after a reset, as for SequenceGapsDetected.",
    notes: ["With several servers, each has its own halted threads: name the one with `--url`."],
  },
  scenarios: ["sequence-gap-halt"],
};
