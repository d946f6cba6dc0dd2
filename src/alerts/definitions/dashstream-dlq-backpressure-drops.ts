// Dead letters of services built with the library are dropped for want of a slot, for minutes.

import type { AlertDefinition } from "../alert.ts";
import { alertState, by, kafka, MONITOR_DLQ_TOPIC, query } from "../commands.ts";
import { forMinutes, rate, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(5);
const RATE = rate(0);

export const DASHSTREAM_DLQ_BACKPRESSURE_DROPS: AlertDefinition = {
  name: "DashStreamDlqBackpressureDrops",
  group: "dashstream-dead-letters",
  severity: "high",
  priority: "P1",
  for: forMinutes(5),
  signals: [
    {
      component: "stream",
      exportedBy: ["quality-monitor", "stream"],
      expr: expr`sum(rate(dashstream_dlq_dropped_total[${WINDOW}])) > ${RATE}`,
      summary: text`Library services have dropped dead letters for minutes`,
      description: text`{{ $value | humanize }} dead letters a second are dropped because as many are in flight as may be. The copies of bad records
        are lost for good.`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [{ alert: "DLQBackpressureDrops", equal: [] }],
  explainedBy: [],
  runbook: {
    meaning:
      "The dead-letter handler of a service built with the library has no free slot, and drops letters. Those copies are lost for good.",
    investigation: [
      {
        say: "Which service drops.",
        run: query("sum by (job) (rate(dashstream_dlq_dropped_total[5m]))", by("job")),
      },
      {
        say: "Letters written, given up, and under way.",
        run: [
          query("sum by (job) (rate(dashstream_dlq_sends_total[5m]))", by("job")),
          query("sum by (job) (rate(dashstream_dlq_send_failures_total[5m]))", by("job")),
          query("dashstream_dlq_in_flight", by("job")),
        ].join("\n"),
      },
      {
        say: "The server has no such counter; its own drops are these.",
        run: query('rate(websocket_dlq_send_failures_total{reason="backpressure"}[5m])', ".data.result"),
      },
      {
        say: "Who reads dead letters, and how far.",
        run: kafka("kafka-consumer-groups", "--describe --all-groups | grep dlq"),
      },
    ],
    causes: [
      "Very many bad records: look upstream first.",
      "Kafka acknowledges slowly: slow disks, replicas out of sync, too few partitions.",
    ],
    remediation: [
      { say: "Stop the source of bad records: see HighMessageProcessingErrorRate." },
      { say: "Raise `MAX_CONCURRENT_DLQ_SENDS` of the service, so that more letters may be under way." },
      {
        say: "Look at partitions and throughput of the dead-letter topic.",
        run: kafka("kafka-topics", `--describe --topic ${MONITOR_DLQ_TOPIC}`),
      },
    ],
    verification: [{ say: "The state of the alert.", run: alertState("DashStreamDlqBackpressureDrops") }],
    escalateAfter: "> 30 min persistent",
    escalation: "If it lasts 30 minutes after a remedy, the developers.",
    notes: ["The counter is there at 0 from the start; in the original it appeared with the first drop."],
  },
  scenarios: ["library-dlq-saturated"],
};
