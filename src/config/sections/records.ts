// Options of judging records: size, schema, sequence, dead letters.

import { choice, onOff, seconds, topicName, wholeNumber } from "../kind.ts";
import { type Command, option } from "../option.ts";
import { LIBRARY_DLQ_TOPIC, serverDlqTopic } from "../site-names.ts";

/** Commands that check sequence numbers and write dead letters. */
const JUDGING: readonly Command[] = ["serve", "demo", "quality-monitor"];

/** Kafka's arrays and the runtime's buffers stay below 2 GiB. */
const MAX_BYTES = 2_147_483_647;

export const RECORD_OPTIONS = {
  websocketMaxPayloadBytes: option({
    env: ["WEBSOCKET_MAX_PAYLOAD_BYTES", "DASHSTREAM_MAX_PAYLOAD_BYTES"],
    kind: wholeNumber(1, MAX_BYTES, "bytes"),
    default: "1048576",
    help: "Largest record value, without its framing byte. Larger ones are dead-lettered.",
    commands: ["serve", "demo", "quality-monitor", "exporter"],
  }),
  schemaCompatibility: option({
    env: ["SCHEMA_COMPATIBILITY"],
    kind: choice("exact", "forward", "backward"),
    default: "exact",
    help: "Which schema versions are accepted: only ours, also newer ones (forward), also older ones (backward).",
    commands: ["serve", "demo", "quality-monitor", "exporter"],
  }),
  sequenceGapPolicy: option({
    env: ["SEQUENCE_GAP_POLICY"],
    kind: choice("warn", "halt", "continue"),
    default: "warn",
    help: "What a missing sequence number does: log it, halt delivery of that thread, or only count it.",
    commands: JUDGING,
  }),
  sequenceReorderWindow: option({
    env: ["SEQUENCE_REORDER_WINDOW"],
    kind: wholeNumber(0, 10_000, "records"),
    default: {
      from: "sequenceGapPolicy",
      described: "8, or 0 if SEQUENCE_GAP_POLICY is halt",
      text: (policy: unknown) => (policy === "halt" ? "0" : "8"),
    },
    help: "How many later records of its thread may overtake a number before it counts as missing.",
    commands: JUDGING,
  }),
  kafkaDlqTopic: option({
    env: ["KAFKA_DLQ_TOPIC"],
    kind: topicName(),
    default: {
      from: "kafkaTopic",
      described: "KAFKA_TOPIC followed by -dlq",
      text: (topic: unknown) => serverDlqTopic(String(topic)),
    },
    defaultFor: { "quality-monitor": LIBRARY_DLQ_TOPIC },
    help: "The topic that bad records go to.",
    helpFor: { "fault-proxy": "The topic that bad records of the server go to." },
    commands: ["serve", "demo", "quality-monitor", "dlq", "fault-proxy"],
  }),
  maxConcurrentDlqSends: option({
    env: ["MAX_CONCURRENT_DLQ_SENDS"],
    kind: wholeNumber(1, 100_000, "dead letters"),
    default: "100",
    help: "Dead letters in flight at once. Further ones wait for up to a second and are then dropped and counted as backpressure, or wait as long as it takes if DLQ_FAIL_CLOSED is on.",
    commands: JUDGING,
  }),
  dlqSendTimeoutSecs: option({
    env: ["DLQ_SEND_TIMEOUT_SECS"],
    kind: seconds(1),
    default: "5",
    help: "How long Kafka may take to acknowledge a dead letter.",
    commands: JUDGING,
  }),
  dlqFailClosed: option({
    env: ["DLQ_FAIL_CLOSED"],
    kind: onOff(),
    default: "false",
    help: "Whether a partition waits until Kafka has the dead letter of a bad record, instead of going on and losing the letter if need be.",
    commands: JUDGING,
  }),
  dlqIncludeFullPayload: option({
    env: ["DLQ_INCLUDE_FULL_PAYLOAD"],
    kind: onOff(),
    default: "false",
    help: "Whether a dead letter carries the bad value itself. It may hold personal data.",
    commands: JUDGING,
  }),
};
