// Dead letters of the server cannot be written, whatever the reason. Critical in both modes.

import type { AlertDefinition } from "../alert.ts";
import { alertState, by, deadLetters, health, kafka, query, SERVER_DLQ_TOPIC, TOPIC } from "../commands.ts";
import { forMinutes, rate, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(5);
const RATE = rate(0);

export const WEBSOCKET_DLQ_BROKEN: AlertDefinition = {
  name: "WebSocketDlqBroken",
  group: "dashstream-dead-letters",
  severity: "critical",
  priority: "P0",
  for: forMinutes(1),
  signals: [
    {
      component: "websocket-server",
      exportedBy: ["websocket-server"],
      expr: expr`sum(rate(websocket_dlq_send_failures_total[${WINDOW}])) > ${RATE}`,
      summary: text`The server cannot write dead letters`,
      description: text`{{ $value | humanize }} failed writes a second, by
        reason:{{ range query "sum by (reason) (rate(websocket_dlq_send_failures_total[${WINDOW}])) > 0" | sortByLabel "reason" }}
        {{ .Labels.reason }} {{ .Value | humanize }};{{ end }} mode{{ range query "max by (mode) (websocket_dlq_mode == 1)" }}
        {{ .Labels.mode }}{{ end }}. Under fail_open the stream goes on and the copies of bad records are lost for good; under
        fail_closed nothing is lost and the partitions of bad records stand still.`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [],
  explainedBy: [],
  runbook: {
    meaning:
      "Bad records cannot be written to the dead-letter topic. Under fail-open (the default) the stream goes on and their copies are lost for good; under `DLQ_FAIL_CLOSED=true` nothing is lost, and the partitions of bad records stand still.",
    investigation: [
      {
        say: "The reason: `timeout` (no answer in time), `kafka_error` (refused, or no connection) or `backpressure` (no free slot).",
        run: query("sum by (reason) (rate(websocket_dlq_send_failures_total[5m]))", by("reason")),
      },
      { say: "What the server knows: mode, status, letters under way.", run: health(".dlq_health") },
      { say: "Whether the topic is there.", run: kafka("kafka-topics", "--list | grep dlq") },
      {
        say: "What the server says.",
        run: 'docker logs dashstream-websocket-server 2>&1 | grep -i "dlq" | tail -50',
      },
      { say: "Whether the broker has room.", run: "docker exec dashstream-kafka df -h /var/lib/kafka" },
      {
        say: "Whether the topic can be written to. The value is JSON, for whatever reads the topic later. If it can, this test letter stays there: `dashstream dlq stats` counts it as family `unknown`, and it is never redriven.",
        run: `echo '{"error_type":"operator_test"}' | docker exec -i dashstream-kafka kafka-console-producer \\
  --bootstrap-server localhost:9092 --topic ${SERVER_DLQ_TOPIC} --max-block-ms 5000`,
      },
    ],
    causes: [
      "`kafka_error`: the topic does not exist, may not be written to, or its partition has no leader.",
      "`timeout`: the broker hangs, is out of disk, or too few replicas are in sync.",
      "`backpressure`: more bad records than `MAX_CONCURRENT_DLQ_SENDS` letters can carry; see HighDecodeErrorRate.",
    ],
    remediation: [
      {
        say: "Make the topic if it is missing.",
        run: kafka(
          "kafka-topics",
          `--create --topic ${SERVER_DLQ_TOPIC} --partitions 1 --replication-factor 1`,
        ),
      },
      {
        say: "Restart the server if only it cannot write.",
        run: `docker restart dashstream-websocket-server\nsleep 5\n${health(".dlq_health")}`,
      },
      {
        say: "If the disk is full: keep less of the stream, here one day.",
        run: kafka(
          "kafka-configs",
          `--alter --entity-type topics --entity-name ${TOPIC} \\\n  --add-config retention.ms=86400000`,
        ),
      },
      {
        say: "`backpressure` without another failure: stop the source of bad records, or raise `MAX_CONCURRENT_DLQ_SENDS`.",
      },
    ],
    verification: [
      {
        say: "A letter can be read. One with `operator_test` is that of the test above.",
        run: deadLetters(SERVER_DLQ_TOPIC, 1, "."),
      },
      { say: "The state of the alert.", run: alertState("WebSocketDlqBroken") },
    ],
    escalateAfter: "immediate",
    escalation:
      "At once, to the engineer on call: while it lasts, evidence is lost (fail-open) or the stream stands still (fail-closed).",
    notes: [
      "Critical in both modes. The main stream loses nothing either way; [Dead letters](dead-letters.md) tells what is at stake.",
    ],
  },
  scenarios: ["dlq-backpressure", "dlq-kafka-error", "dlq-timeout"],
};
