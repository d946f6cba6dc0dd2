import { expect, test } from "bun:test";
import { alertmanagerConfig } from "../../src/alerts/alertmanager.ts";
import { ALERTS } from "../../src/alerts/registry.ts";
import { eventually } from "../support/eventually.ts";
import { describeReal } from "../support/real-components.ts";
import { type AlertLabels, startAlertmanager } from "./alertmanager-process.ts";
import { labelsOf } from "./rule-labels.ts";

const down = (component: string): AlertLabels => labelsOf("ServiceDown", { component });
const all = (names: readonly string[], more: AlertLabels = {}) => names.map((name) => labelsOf(name, more));

const DEAD_LETTERS = ALERTS.filter(({ name }) => /dlq/i.test(name)).map(({ name }) => name);
const KAFKA_ERRORS = ["KafkaInfraErrorsDetected", "KafkaInfraErrorsHigh", "KafkaInfraErrorsCritical"];
const LAG = ["KafkaConsumerLagHigh", "KafkaConsumerLagCritical"];
const STALE = ["KafkaPartitionStale", "KafkaPartitionStaleCritical"];
/** Of those three groups, what their own higher tiers mute. */
const LOWER_KAFKA_ERRORS = ["KafkaInfraErrorsDetected", "KafkaInfraErrorsHigh"];
const LOWER_TIERS = [...LOWER_KAFKA_ERRORS, "KafkaConsumerLagHigh", "KafkaPartitionStale"];
const RATES = [
  "HighMessageProcessingErrorRate",
  "HighDecodeErrorRate",
  "HighDroppedMessageRate",
  "E2ELatencyHigh",
];
const REDIS = ALERTS.filter(({ name }) => name.includes("Redis")).map(({ name }) => name);
const RECORDS = [
  "SequenceGapsDetected",
  "GapDetectedWithHalt",
  "HighDuplicateRate",
  "HighReorderRate",
  "SchemaVersionMismatch",
  "OversizedMessage",
  "TenantRateLimitExceeded",
];

/** While `firing` fires, which of `others` are muted. */
interface Case {
  readonly title: string;
  readonly firing: readonly AlertLabels[];
  readonly others: readonly string[];
  readonly muted: readonly string[];
}

const tier = (higher: string, lower: string): Case => ({
  title: `${higher} over ${lower}`,
  firing: [labelsOf(higher)],
  others: [lower],
  muted: [lower],
});

const CASES: readonly Case[] = [
  tier("DLQItselfBroken", "DashStreamDlqSendFailures"),
  tier("DLQItselfBroken", "DLQSendFailures"),
  tier("DashStreamDlqSendFailures", "DLQSendFailures"),
  tier("DashStreamDlqBackpressureDrops", "DLQBackpressureDrops"),
  tier("KafkaConsumerLagCritical", "KafkaConsumerLagHigh"),
  tier("KafkaPartitionStaleCritical", "KafkaPartitionStale"),
  tier("KafkaInfraErrorsHigh", "KafkaInfraErrorsDetected"),
  tier("KafkaInfraErrorsCritical", "KafkaInfraErrorsDetected"),
  tier("KafkaInfraErrorsCritical", "KafkaInfraErrorsHigh"),
  {
    title: "a broken dead-letter queue of the library over nothing else",
    firing: all(["DLQItselfBroken"]),
    others: ["WebSocketDlqBroken", "WebSocketDlqHighRate", "HighDLQRate", "DLQBackpressureDrops"],
    muted: [],
  },
  {
    title: "lag over nothing but lag",
    firing: all(["KafkaConsumerLagCritical"]),
    others: ["KafkaPartitionStaleCritical", ...RATES, "KafkaInfraErrorsCritical"],
    muted: [],
  },
  {
    title: "a server that is down",
    firing: [down("websocket-server")],
    others: [...RATES, ...LAG, ...STALE, ...KAFKA_ERRORS, ...REDIS, ...RECORDS],
    muted: [...RATES, ...LAG, ...STALE, ...LOWER_KAFKA_ERRORS],
  },
  {
    title: "a Kafka that is down",
    firing: [down("kafka")],
    others: [...RATES, ...LAG, ...STALE, ...KAFKA_ERRORS, ...REDIS, ...RECORDS],
    muted: [...LAG, ...STALE, ...KAFKA_ERRORS],
  },
  {
    title: "a Redis that is down",
    firing: [down("redis")],
    others: [...RATES, ...LAG, ...STALE, ...KAFKA_ERRORS, ...REDIS, ...RECORDS],
    muted: [...REDIS, ...LOWER_TIERS],
  },
  {
    title: "companions that are down",
    firing: [down("quality-monitor"), down("prometheus-exporter")],
    others: [...RATES, ...LAG, ...STALE, ...KAFKA_ERRORS, ...REDIS, ...RECORDS],
    muted: LOWER_TIERS,
  },
  ...DEAD_LETTERS.map((name) => ({
    title: `everything that is down, and ${name}`,
    firing: ["websocket-server", "kafka", "redis", "quality-monitor", "prometheus-exporter"].map(down),
    others: [name],
    muted: [],
  })),
  {
    title: "nothing that is down over something else that is",
    firing: [down("kafka")],
    others: ["ServiceDown"],
    muted: [],
  },
];

/** Posted last: once it is judged, so is everything before. */
const CONTROL: Case = { ...tier("DLQItselfBroken", "DLQSendFailures"), title: "control" };

/** The alerts of a case, at a site of its own, so that one Alertmanager judges all cases at once. */
const site = ({ title, firing, others }: Case) =>
  [...firing, ...all(others)].map((labels) => ({ ...labels, cluster: title }));

describeReal("prometheus-alertmanager", "a real Alertmanager mutes", () => {
  test("what the table says, while the first of each case fire", async () => {
    const alertmanager = await startAlertmanager(alertmanagerConfig({ siteLabels: ["cluster"] }));
    const mutedOf = async (): Promise<(title: string) => readonly string[]> => {
      const known = await alertmanager.alerts();
      const muted = known.filter(({ status }) => status.inhibitedBy.length > 0).map(({ labels }) => labels);
      return (title) =>
        muted.flatMap(({ alertname = "", cluster }) => (cluster === title ? [alertname] : [])).toSorted();
    };
    try {
      const posted = CASES.flatMap(site);
      await alertmanager.post(posted);
      await alertmanager.post(site(CONTROL));
      await eventually(async () => {
        const known = await alertmanager.alerts();
        const isJudged = known.every(({ status }) => status.state !== "unprocessed");
        const isAll = known.length === posted.length + site(CONTROL).length;
        return isAll && isJudged && (await mutedOf())(CONTROL.title).length === CONTROL.muted.length;
      });
      const muted = await mutedOf();
      expect(CASES.map(({ title }) => [title, muted(title)])).toEqual(
        CASES.map((each) => [each.title, each.muted.toSorted()]),
      );
    } finally {
      await alertmanager.stop();
    }
  }, 20_000);
});
