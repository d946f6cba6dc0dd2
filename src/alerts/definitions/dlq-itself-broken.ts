// Dead letters of services built with the library are given up: the top tier of three on one signal.

import type { AlertDefinition } from "../alert.ts";
import { by, kafka, MONITOR_DLQ_TOPIC, PROMETHEUS, query, SINGLE_VALUE } from "../commands.ts";
import { forMinutes, rate, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(5);
const RATE = rate(0);

export const DLQ_ITSELF_BROKEN: AlertDefinition = {
  name: "DLQItselfBroken",
  group: "dashstream-dead-letters",
  severity: "critical",
  priority: "P0",
  for: forMinutes(1),
  signals: [
    {
      component: "stream",
      exportedBy: ["quality-monitor", "stream"],
      expr: expr`sum(rate(dashstream_dlq_send_failures_total[${WINDOW}])) > ${RATE}`,
      summary: text`Library services cannot write dead letters`,
      description: text`{{ $value | humanize }} dead letters a second are given up after their last attempt. The copies of bad records are lost.`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [
    { alert: "DashStreamDlqSendFailures", equal: [] },
    { alert: "DLQSendFailures", equal: [] },
  ],
  explainedBy: [],
  runbook: {
    meaning:
      "Services built with the library (quality-monitor, and whoever uses its handler) give dead letters up after their last attempt. The copies of those bad records are lost.",
    investigation: [
      {
        say: "Which service.",
        run: query("sum by (job) (rate(dashstream_dlq_send_failures_total[5m]))", by("job")),
      },
      {
        say: "Attempts that failed and were repeated.",
        run: query("sum by (job) (rate(dashstream_dlq_send_retries_total[5m]))", by("job")),
      },
      { say: "What it says.", run: 'docker logs dashstream-quality-monitor 2>&1 | grep -i "dlq" | tail -50' },
      {
        say: "Whether its topic is there and has a leader.",
        run: kafka("kafka-topics", `--describe --topic ${MONITOR_DLQ_TOPIC}`),
      },
      { say: "Whether the broker has room.", run: "docker exec dashstream-kafka df -h /var/lib/kafka" },
    ],
    causes: [
      "The dead-letter topic of the service is missing or may not be written to.",
      "The broker is down, hangs, or is out of disk.",
    ],
    remediation: [
      {
        say: "Make the topic if it is missing.",
        run: kafka(
          "kafka-topics",
          `--create --topic ${MONITOR_DLQ_TOPIC} --partitions 1 --replication-factor 1`,
        ),
      },
      {
        say: "Restart the service if only it cannot write.",
        run: "docker restart dashstream-quality-monitor",
      },
      { say: "If Kafka is down, bring it back: see ServiceDown." },
    ],
    verification: [
      {
        say: "No more failures.",
        run: query("sum(rate(dashstream_dlq_send_failures_total[5m]))", SINGLE_VALUE),
      },
      {
        say: "The state of the three alerts of this signal.",
        run: [
          `curl -s ${PROMETHEUS}/api/v1/alerts | \\`,
          "  jq '.data.alerts[] | select(.labels.alertname | test(\"DLQItselfBroken|DlqSendFailures|DLQSendFailures\")) | {alert: .labels.alertname, state}'",
        ].join("\n"),
      },
    ],
    escalateAfter: "immediate",
    escalation: "At once, to the engineer on call: while it lasts, evidence is lost.",
    notes: ["The server's own dead letters are another matter: WebSocketDlqBroken."],
  },
  scenarios: ["library-dlq-down"],
};
