import { describe, expect, test } from "bun:test";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { type AlertmanagerOptions, alertmanagerConfig } from "../../src/alerts/alertmanager.ts";
import { ALERTS } from "../../src/alerts/registry.ts";
import { eventually } from "../support/eventually.ts";
import { describeReal } from "../support/real-components.ts";
import { type AlertLabels, startAlertmanager } from "./alertmanager-process.ts";
import { labelsOf, RULES } from "./rule-labels.ts";

const down = (component: string): AlertLabels => labelsOf("ServiceDown", { component });

describe("the configuration", () => {
  test("sends what has no address nowhere, and says so", () => {
    expect(alertmanagerConfig()).toContain("notify nobody: dashstream-p0, dashstream-p1, dashstream-p2");
    const webhooks = { p0: "http://a/", p1: "http://b/", p2: "http://c/", watchdog: "http://d/" };
    const complete = alertmanagerConfig({ webhooks });
    expect(complete).not.toContain("nobody");
    expect(parse(complete).receivers).toEqual([
      { name: "dashstream-p0", webhook_configs: [{ url: "http://a/", send_resolved: true }] },
      { name: "dashstream-p1", webhook_configs: [{ url: "http://b/", send_resolved: true }] },
      { name: "dashstream-p2", webhook_configs: [{ url: "http://c/", send_resolved: true }] },
      { name: "dashstream-watchdog", webhook_configs: [{ url: "http://d/", send_resolved: false }] },
    ]);
  });

  test("names labels of sites in every inhibition, and groups by them", () => {
    const { route, inhibit_rules: rules } = parse(alertmanagerConfig({ siteLabels: ["cluster"] }));
    expect(route.group_by[0]).toBe("cluster");
    expect(rules.length).toBeGreaterThan(5);
    for (const rule of rules) expect(rule.equal[0]).toBe("cluster");
  });

  test("tells everybody so many times sooner", () => {
    const { route } = parse(alertmanagerConfig({ scale: 60 }));
    const [, urgent] = route.routes;
    expect([route.group_wait, route.group_interval, route.repeat_interval]).toEqual(["500ms", "5s", "12m"]);
    expect([urgent.group_wait, urgent.group_interval, urgent.repeat_interval]).toEqual(["167ms", "1s", "1m"]);
  });
});

function written(options: AlertmanagerOptions = {}): string {
  const file = join(mkdtempSync(join(tmpdir(), "alertmanager-")), "alertmanager.yml");
  writeFileSync(file, alertmanagerConfig(options));
  return file;
}

/** The file of the stack. */
const COMMITTED = new URL("../../compose/alertmanager/alertmanager.yml", import.meta.url).pathname;

/** Who is told of what: at once, within 15 minutes, within an hour. */
const RECEIVERS = {
  "dashstream-p0": [
    "DLQItselfBroken",
    "GapDetectedWithHalt",
    "KafkaConsumerLagCritical",
    "KafkaInfraErrorsCritical",
    "KafkaPartitionStaleCritical",
    "SequenceGapsDetected",
    "ServiceDown",
    "ServiceDown kafka",
    "ServiceDown prometheus-exporter",
    "ServiceDown quality-monitor",
    "ServiceDown redis",
    "ServiceDown websocket-server",
    "WebSocketDlqBroken",
  ],
  "dashstream-p1": [
    "DashStreamDlqBackpressureDrops",
    "DashStreamDlqSendFailures",
    "HighDLQRate",
    "HighDecodeErrorRate",
    "HighDroppedMessageRate",
    "HighMessageProcessingErrorRate",
    "KafkaConsumerLagHigh",
    "KafkaInfraErrorsHigh",
    "KafkaPartitionStale",
    "RateLimiterRedisErrors",
    "ReplayBufferRedisWriteFailures",
    "ReplayBufferRedisWritesDropped",
    "WebSocketDlqHighRate",
    "WebSocketRedisErrors",
  ],
  "dashstream-p2": [
    "DLQBackpressureDrops",
    "DLQSendFailures",
    "E2ELatencyHigh",
    "HighDuplicateRate",
    "HighReorderRate",
    "KafkaInfraErrorsDetected",
    "OversizedMessage",
    "RateLimiterRedisHighLatency",
    "SchemaVersionMismatch",
    "TenantRateLimitExceeded",
    "WebSocketRedisHighLatency",
  ],
  "dashstream-watchdog": ["Watchdog"],
};

function amtool(...args: readonly string[]): string {
  const { stdout, stderr, exitCode } = Bun.spawnSync(["amtool", ...args]);
  return exitCode === 0 ? stdout.toString().trim() : `${exitCode}: ${stdout}${stderr}`;
}

describeReal("amtool", "amtool", () => {
  test.each([
    ["without addresses", {}],
    ["with them", { webhooks: { p0: "https://pager/x?y=1", watchdog: "http://127.0.0.1:1/" } }],
    ["with labels of sites", { siteLabels: ["cluster", "region"] }],
  ])("accepts the configuration %s", (_, options) => {
    expect(amtool("check-config", written(options))).toContain("SUCCESS");
  });

  const receiverOf = (file: string, labels: AlertLabels): string => {
    const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
    return amtool("config", "routes", "test", `--config.file=${file}`, ...pairs);
  };

  test("sends each alert to one receiver", () => {
    const receivers = RULES.map(({ alert, labels }) => {
      const receiver = receiverOf(COMMITTED, { alertname: alert, ...labels });
      return [receiver, [alert, alert === "ServiceDown" ? labels.component : []].flat().join(" ").trim()];
    });
    const byReceiver = Map.groupBy(receivers, ([receiver]) => receiver);
    const told = [...byReceiver].map(([receiver, alerts]) => [
      receiver,
      alerts.map(([, alert]) => alert).toSorted(),
    ]);
    expect(Object.fromEntries(told)).toEqual(RECEIVERS);
  });

  test("sends an alert of somebody else to the least urgent, whatever its severity", () => {
    expect(receiverOf(COMMITTED, { alertname: "SomebodyElses" })).toBe("dashstream-p2");
    expect(receiverOf(COMMITTED, { alertname: "SomebodyElses", severity: "critical" })).toBe("dashstream-p2");
  });
});

const CONTROL = "control";

/** Alerts that a real Alertmanager mutes while all of these fire, as `name component` and the labels asked for. */
async function muted(
  alerts: readonly AlertLabels[],
  options: AlertmanagerOptions = {},
): Promise<readonly string[]> {
  // The pair at the end is muted for certain: once that shows, the others have been judged, too.
  const control = ["KafkaPartitionStaleCritical", "KafkaPartitionStale"].map((name) =>
    labelsOf(name, { partition: CONTROL }),
  );
  const alertmanager = await startAlertmanager(alertmanagerConfig(options));
  try {
    await alertmanager.post([...alerts, ...control]);
    const isControl = (labels: AlertLabels) => labels.partition === CONTROL;
    await eventually(async () => {
      const known = await alertmanager.alerts();
      const judged = known.filter(({ status }) => status.state !== "unprocessed");
      return (
        judged.length === alerts.length + control.length &&
        judged.some(({ labels, status }) => isControl(labels) && status.inhibitedBy.length > 0)
      );
    });
    const known = await alertmanager.alerts();
    return known
      .filter(({ labels, status }) => !isControl(labels) && status.inhibitedBy.length > 0)
      .map(({ labels }) => [labels.alertname, labels.partition, labels.cluster].filter(Boolean).join(" "))
      .toSorted();
  } finally {
    await alertmanager.stop();
  }
}

/** One of each alert besides ServiceDown. */
const EVERYTHING = ALERTS.filter(({ name }) => name !== "ServiceDown").map(({ name }) => labelsOf(name));
const tierless = EVERYTHING.filter(
  ({ alertname }) => !ALERTS.some(({ mutes }) => mutes.some(({ alert }) => alert === alertname)),
);

describeReal("prometheus-alertmanager", "a real Alertmanager mutes", () => {
  test("the lower tiers of each signal, and nothing else, when everything but services fails", async () => {
    expect(await muted(EVERYTHING)).toEqual([
      "DLQBackpressureDrops",
      "DLQSendFailures",
      "DashStreamDlqSendFailures",
      "KafkaConsumerLagHigh",
      "KafkaInfraErrorsDetected",
      "KafkaInfraErrorsHigh",
      "KafkaPartitionStale",
    ]);
  });

  test("no lower tier while the higher one is quiet", async () => {
    const lower = ["DLQBackpressureDrops", "DLQSendFailures", "KafkaInfraErrorsDetected"].map((name) =>
      labelsOf(name),
    );
    expect(await muted(lower)).toEqual([]);
  });

  test("a stale partition under its own critical alert only", async () => {
    const alerts = [
      labelsOf("KafkaPartitionStaleCritical", { partition: "1" }),
      labelsOf("KafkaPartitionStale", { partition: "1" }),
      labelsOf("KafkaPartitionStale", { partition: "2" }),
    ];
    expect(await muted(alerts)).toEqual(["KafkaPartitionStale 1"]);
  });

  test("under a server that is down its own rates and lags", async () => {
    expect(await muted([down("websocket-server"), ...tierless])).toEqual([
      "E2ELatencyHigh",
      "HighDecodeErrorRate",
      "HighDroppedMessageRate",
      "HighMessageProcessingErrorRate",
      "KafkaConsumerLagCritical",
      "KafkaPartitionStaleCritical",
    ]);
  });

  test("nothing under one of several servers that is down", async () => {
    expect(await muted([down("websocket-server"), ...tierless], { severalServers: true })).toEqual([]);
  });

  test("under a Kafka that is down the errors of talking to it, and the lag", async () => {
    expect(await muted([down("kafka"), ...tierless])).toEqual([
      "KafkaConsumerLagCritical",
      "KafkaInfraErrorsCritical",
      "KafkaPartitionStaleCritical",
    ]);
  });

  test("under a Redis that is down the alerts of Redis", async () => {
    expect(await muted([down("redis"), ...tierless])).toEqual([
      "RateLimiterRedisErrors",
      "RateLimiterRedisHighLatency",
      "ReplayBufferRedisWriteFailures",
      "ReplayBufferRedisWritesDropped",
      "WebSocketRedisErrors",
      "WebSocketRedisHighLatency",
    ]);
  });

  test("nothing under a companion service that is down", async () => {
    expect(await muted([down("prometheus-exporter"), down("quality-monitor"), ...tierless])).toEqual([]);
  });

  test("nothing of another site", async () => {
    const alerts = [
      { ...down("redis"), cluster: "a" },
      labelsOf("WebSocketRedisErrors", { cluster: "a" }),
      labelsOf("WebSocketRedisErrors", { cluster: "b" }),
    ];
    expect(await muted(alerts, { siteLabels: ["cluster"] })).toEqual(["WebSocketRedisErrors a"]);
  });
});
