// Numbers of a thread are missing for good: records were lost before they reached a consumer.

import type { AlertDefinition } from "../alert.ts";
import { alertState, by, containerLogs, health, JAEGER, kafka, query, SERVER, TOPIC } from "../commands.ts";
import { forMinutes, rate, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(5);
const RATE = rate(0);

export const SEQUENCE_GAPS_DETECTED: AlertDefinition = {
  name: "SequenceGapsDetected",
  group: "dashstream-sequence",
  severity: "critical",
  priority: "P0",
  for: forMinutes(2),
  signals: [
    {
      component: "stream",
      exportedBy: ["websocket-server", "quality-monitor", "stream"],
      expr: expr`sum(rate(dashstream_sequence_gaps_total[${WINDOW}])) > ${RATE}`,
      summary: text`Records are missing between producer and consumer`,
      description: text`{{ $value | humanize }} gaps a second in the sequence numbers of threads. Records were produced that no consumer has
        seen.`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [],
  explainedBy: [],
  runbook: {
    meaning:
      "Threads number their records, and numbers are missing for good: records were lost between producer and consumer. Bad records are not meant, each excuses its own number.",
    investigation: [
      {
        say: "Gaps a second, and who sees them.",
        run: query("sum by (job) (rate(dashstream_sequence_gaps_total[5m]))", by("job")),
      },
      {
        say: "Which threads: the server names each gap.",
        run: containerLogs("dashstream-websocket-server", 500, "gap"),
      },
      {
        say: "Whether the broker complains.",
        run: containerLogs("dashstream-kafka", 100, "ERROR|WARN|partition"),
      },
      { say: "Whether the server is well.", run: health("{status, kafka_status, websocket_status, alert}") },
      {
        say: "Where traces are collected: those with a gap.",
        run: [
          `curl -sG ${JAEGER}/api/traces --data-urlencode service=websocket-server \\`,
          "  --data-urlencode lookback=15m --data-urlencode limit=20 \\",
          `  --data-urlencode 'tags={"sequence_gap":"true"}' | \\`,
          "  jq '.data[] | select(any(.spans[].tags[]; .key == \"sequence_gap\")) | .traceID'",
        ].join("\n"),
      },
      {
        say: "Whether the topic has all its replicas.",
        run: kafka("kafka-topics", `--describe --topic ${TOPIC}`),
      },
    ],
    causes: [
      "A broker crashed, or was elected without the newest records (`unclean.leader.election.enable`).",
      "The network between producer and Kafka, and a producer that gave up.",
      "A producer without `acks=all`.",
      "Records expired before they were read (`retention.ms` is shorter than the lag).",
    ],
    remediation: [
      {
        say: "If the broker is unwell, restart it and read what it says.",
        run: "docker restart dashstream-kafka\nsleep 10\ndocker logs dashstream-kafka --tail=50",
      },
      {
        say: "If the server hangs, restart it; it goes on where it was.",
        run: `docker restart dashstream-websocket-server\nsleep 5\ncurl -s ${SERVER}/health`,
      },
      {
        say: "If a producer gives up too soon or does not ask for all replicas, set `acks=all` and retries there, and restart it.",
      },
    ],
    verification: [
      { say: "Clears within 5 minutes after the last gap.", run: alertState("SequenceGapsDetected") },
    ],
    escalateAfter: "> 10 min persistent",
    escalation:
      "If gaps go on for 10 minutes while Kafka is healthy, this is a critical defect: the developers, at once.",
  },
  scenarios: ["sequence-gap"],
};
