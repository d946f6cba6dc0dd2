// Options of reading from Kafka.

import { brokerList, choice, seconds, text, topicName, wholeNumber } from "../kind.ts";
import { type Command, option } from "../option.ts";
import { SERVER_GROUP, TELEMETRY_TOPIC } from "../site-names.ts";

/** Commands that connect to a Kafka which they did not start themselves. */
export const CONNECTING: readonly Command[] = [
  "serve",
  "sim",
  "drill",
  "quality-monitor",
  "exporter",
  "dlq",
  "offsets",
];

export const KAFKA_OPTIONS = {
  kafkaBrokers: option({
    env: ["KAFKA_BROKERS", "KAFKA_BOOTSTRAP_SERVERS"],
    kind: brokerList(),
    default: "127.0.0.1:9092",
    // Through the fault proxy, so that what is broken is broken for producers too.
    help: "Kafka brokers to start from. Without a port, 9092.",
    commands: CONNECTING,
  }),
  kafkaTopic: option({
    env: ["KAFKA_TOPIC", "DASHSTREAM_TOPIC"],
    kind: topicName(),
    default: TELEMETRY_TOPIC,
    help: "The topic with the telemetry.",
    commands: [
      "serve",
      "demo",
      "sim",
      "drill",
      "quality-monitor",
      "exporter",
      "dlq",
      "offsets",
      "fault-proxy",
    ],
  }),
  kafkaGroupId: option({
    env: ["KAFKA_GROUP_ID"],
    kind: text("a consumer group name of 1 to 255 characters", 255),
    default: SERVER_GROUP,
    defaultFor: { "quality-monitor": "quality-monitor", exporter: "prometheus-exporter" },
    help: "Consumer group. Processes of one group share the partitions, so each shows a part of the stream.",
    helpFor: { "fault-proxy": "Consumer group of the server." },
    commands: ["serve", "demo", "quality-monitor", "exporter", "offsets", "fault-proxy"],
  }),
  kafkaGroupMode: option({
    env: ["KAFKA_GROUP_MODE"],
    kind: choice("shared", "per-replica"),
    default: "shared",
    help: "Whether servers with one KAFKA_GROUP_ID share the partitions, or each reads all of them in a group of its own, KAFKA_GROUP_ID-INSTANCE_ID, and membership of KAFKA_GROUP_ID decides which one writes dead letters and replay in Redis.",
    commands: ["serve"],
  }),
  kafkaClusterId: option({
    env: ["KAFKA_CLUSTER_ID"],
    kind: text("a cluster name"),
    default: null,
    help: "Tells clusters apart in the resume namespace, so that cursors of another cluster are not taken for ours.",
    commands: ["serve"],
  }),
  kafkaAutoOffsetReset: option({
    env: ["KAFKA_AUTO_OFFSET_RESET"],
    kind: choice("earliest", "latest"),
    default: "earliest",
    help: "Where a group without a committed offset begins.",
    commands: ["serve", "demo", "quality-monitor", "exporter"],
  }),
  kafkaFetchMaxWaitMs: option({
    env: ["KAFKA_FETCH_MAX_WAIT_MS"],
    // Members of the group show that they are alive between fetches, every 1,500 ms.
    kind: wholeNumber(1, 1_500, "ms"),
    default: "250",
    help: "How long Kafka holds a fetch back while there is no record; with the first one it answers at once. More means fewer requests on an idle topic.",
    commands: ["serve", "demo", "quality-monitor", "exporter"],
  }),
  kafkaOnDecodeError: option({
    env: ["KAFKA_ON_DECODE_ERROR"],
    kind: choice("skip", "pause"),
    default: "skip",
    help: "What happens after a bad record: the partition goes on, or pauses there.",
    commands: ["serve", "demo"],
  }),
  kafkaLagCheckIntervalSecs: option({
    env: ["KAFKA_LAG_CHECK_INTERVAL_SECS"],
    kind: seconds(1),
    default: "10",
    help: "How often the lag of each partition is read.",
    commands: ["serve", "demo", "exporter"],
  }),
  kafkaLagStalePartitionSecs: option({
    env: ["KAFKA_LAG_STALE_PARTITION_SECS"],
    kind: seconds(1),
    default: "60",
    help: "A partition with lag that handled nothing for so long is logged as stale.",
    commands: ["serve", "demo"],
  }),
  kafkaOperationTimeoutSecs: option({
    env: ["KAFKA_OPERATION_TIMEOUT_SECS"],
    kind: seconds(1),
    default: "30",
    help: "How long Kafka may take to answer a request.",
    commands: CONNECTING,
  }),
  kafkaMetadataTimeoutSecs: option({
    env: ["KAFKA_METADATA_TIMEOUT_SECS"],
    kind: seconds(1),
    default: "30",
    help: "How long looking up topics and offsets may take.",
    commands: CONNECTING,
  }),
  kafkaBrokerAddressFamily: option({
    env: ["KAFKA_BROKER_ADDRESS_FAMILY"],
    kind: choice("v4", "v6", "any"),
    default: null,
    help: "IP version to connect with. Not set: v4 if a broker is this machine, else any.",
    commands: CONNECTING,
  }),
};
