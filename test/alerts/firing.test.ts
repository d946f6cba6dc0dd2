// The rules whose form is not obvious, on hand-made series: what fires, with which labels, and what does not.

import { expect, test } from "bun:test";
import { promtool3Path } from "../support/promtool3.ts";
import { describeReal } from "../support/real-components.ts";
import { type InputSeries, type RuleTest, ruleComplaints } from "./promtool-rules.ts";

const SERVER = 'job="dashstream-infrastructure",instance="server:3002"';
const EXPORTER = 'job="dashstream-quality",instance="exporter:9190"';
const MONITOR = 'job="dashstream-quality-monitor",instance="monitor:3003"';

/** Everything is scraped, and Kafka and Redis are there. */
const WELL: InputSeries = {
  [`up{${SERVER}}`]: "1x200",
  [`up{${EXPORTER}}`]: "1x200",
  [`up{${MONITOR}}`]: "1x200",
  [`dashstream_dependency_up{dependency="kafka",${SERVER}}`]: "1x200",
  [`dashstream_dependency_up{dependency="kafka",${MONITOR}}`]: "1x200",
  [`dashstream_dependency_up{dependency="redis",${SERVER}}`]: "1x200",
};

function suite(promtool: () => string): void {
  const complaints = (rule: RuleTest) => ruleComplaints(promtool(), rule);

  test("nothing fires while all is well", () => {
    expect(complaints({ series: WELL, at: "20m", firing: [] })).toBe("");
  });

  test("a target that does not answer is down, by its component, whatever label it has", () => {
    const series = { ...WELL, [`up{component="other",${SERVER}}`]: "1x20 0x100" };
    const firing = [`ServiceDown{component="websocket-server",${SERVER}}`];
    expect(complaints({ series, at: "10m", firing })).toBe("");
  });

  test("a target that vanished is down, too, and there is no instance to name", () => {
    const series = { ...WELL, [`up{${MONITOR}}`]: "1x20 stale" };
    expect(
      complaints({
        series,
        at: "10m",
        firing: ['ServiceDown{component="quality-monitor",job="dashstream-quality-monitor"}'],
        rendered: {
          alert: "ServiceDown",
          alerts: [
            {
              labels: {
                component: "quality-monitor",
                job: "dashstream-quality-monitor",
                severity: "critical",
                priority: "P0",
              },
              annotations: {
                summary: "quality-monitor is down",
                description: "Prometheus knows no target of job dashstream-quality-monitor.",
                runbook_url: "http://localhost:3002/runbook/service-down.md",
                dashboard_url: "http://localhost:3000/d/dashflow-streaming",
              },
            },
          ],
        },
      }),
    ).toBe("");
  });

  test("it is not told within a minute, as in a restart", () => {
    const series = { ...WELL, [`up{${SERVER}}`]: "1x20 0x2 1x100" };
    for (const at of ["5m45s", "6m", "7m"]) expect(complaints({ series, at, firing: [] })).toBe("");
  });

  test("another job of that family is down by the rest of its name, and other jobs are nobody's business", () => {
    const series = {
      ...WELL,
      'up{job="dashstream-app",instance="app:1"}': "0x200",
      'up{job="librarian"}': "0x200",
    };
    const firing = ['ServiceDown{component="app",job="dashstream-app",instance="app:1"}'];
    expect(complaints({ series, at: "10m", firing })).toBe("");
  });

  test("a dependency is down once, however many see it, and its alert says who", () => {
    const series = {
      ...WELL,
      [`dashstream_dependency_up{dependency="kafka",${SERVER}}`]: "1x20 0x100",
      [`dashstream_dependency_up{dependency="kafka",${MONITOR}}`]: "1x20 0x100",
    };
    const labels = { component: "kafka", dependency: "kafka", severity: "critical", priority: "P0" };
    expect(
      complaints({
        series,
        at: "10m",
        firing: ['ServiceDown{component="kafka",dependency="kafka"}'],
        rendered: {
          alert: "ServiceDown",
          alerts: [
            {
              labels,
              annotations: {
                summary: "Kafka is down",
                description:
                  "Kafka cannot be reached, and nothing is read until it is back. Seen by: monitor:3003 server:3002.",
                runbook_url: "http://localhost:3002/runbook/service-down.md",
                dashboard_url: "http://localhost:3000/d/dashflow-streaming",
              },
            },
          ],
        },
      }),
    ).toBe("");
  });

  test("it is down also if only one sees it, and Redis is another cause than Kafka", () => {
    const kafka = { ...WELL, [`dashstream_dependency_up{dependency="kafka",${MONITOR}}`]: "0x200" };
    expect(
      complaints({ series: kafka, at: "10m", firing: ['ServiceDown{component="kafka",dependency="kafka"}'] }),
    ).toBe("");
    const redis = { ...WELL, [`dashstream_dependency_up{dependency="redis",${SERVER}}`]: "0x200" };
    expect(
      complaints({ series: redis, at: "10m", firing: ['ServiceDown{component="redis",dependency="redis"}'] }),
    ).toBe("");
  });

  test("an idle partition is not stale however old, one with records waiting is, the oldest first", () => {
    const partition = (age: string, lag: string, number: number): InputSeries => ({
      [`websocket_kafka_lag_offset_age_seconds{partition="${number}",${SERVER}}`]: age,
      [`websocket_kafka_consumer_lag{partition="${number}",${SERVER}}`]: lag,
    });
    const series = {
      ...WELL,
      ...partition("0+15x200", "0x200", 0),
      ...partition("0x20 0+15x180", "0x20 7x180", 1),
    };
    const stale = 'KafkaPartitionStale{component="websocket-server",partition="1"}';
    const critical = 'KafkaPartitionStaleCritical{component="websocket-server",partition="1"}';
    expect(complaints({ series, at: "9m", firing: [] })).toBe("");
    expect(complaints({ series, at: "10m", firing: [stale] })).toBe("");
    expect(complaints({ series, at: "12m", firing: [critical, stale] })).toBe("");
  });

  test("the age of one server and the lag of another make no stale partition", () => {
    const other = SERVER.replace("server:3002", "second:3002");
    const series = {
      ...WELL,
      [`up{${other}}`]: "1x200",
      [`websocket_kafka_lag_offset_age_seconds{partition="0",${SERVER}}`]: "0+15x200",
      [`websocket_kafka_consumer_lag{partition="0",${SERVER}}`]: "0x200",
      [`websocket_kafka_lag_offset_age_seconds{partition="0",${other}}`]: "0x200",
      [`websocket_kafka_consumer_lag{partition="0",${other}}`]: "7x200",
    };
    expect(complaints({ series, at: "15m", firing: [] })).toBe("");
  });

  test("latency is judged by stage: a slow one is not hidden by a fast one with more records", () => {
    const stage = (name: string, fast: string, slow: string): InputSeries => ({
      [`websocket_e2e_latency_ms_bucket{stage="${name}",le="500",${SERVER}}`]: fast,
      [`websocket_e2e_latency_ms_bucket{stage="${name}",le="1000",${SERVER}}`]: slow,
      [`websocket_e2e_latency_ms_bucket{stage="${name}",le="+Inf",${SERVER}}`]: slow,
    });
    const series = {
      ...WELL,
      ...stage("producer_to_consumer", "0+1000x200", "0+1000x200"),
      ...stage("producer_to_client", "0+2x200", "0+4x200"),
    };
    expect(complaints({ series, at: "10m", firing: ['E2ELatencyHigh{component="websocket-server"}'] })).toBe(
      "",
    );
  });

  test("duplicates that several components count are not added up", () => {
    const counted = (each: string) => ({
      ...WELL,
      [`dashstream_sequence_duplicates_total{${SERVER}}`]: each,
      [`dashstream_sequence_duplicates_total{${MONITOR}}`]: each,
    });
    expect(complaints({ series: counted("0+1x200"), at: "15m", firing: [] })).toBe("");
    const firing = ['HighDuplicateRate{component="stream"}'];
    expect(complaints({ series: counted("0+2x200"), at: "15m", firing })).toBe("");
  });

  test("a broken dead-letter topic says why, in which mode, and what is at stake", () => {
    const failures = (reason: string) => `websocket_dlq_send_failures_total{reason="${reason}",${SERVER}}`;
    const series = {
      ...WELL,
      [failures("timeout")]: "0+3x200",
      [failures("kafka_error")]: "0x200",
      [failures("backpressure")]: "0+6x200",
      [`websocket_dlq_mode{mode="fail_open",${SERVER}}`]: "1x200",
      [`websocket_dlq_mode{mode="fail_closed",${SERVER}}`]: "0x200",
    };
    const labels = { component: "websocket-server", severity: "critical", priority: "P0" };
    const stake =
      "Under fail_open the stream goes on and the copies of bad records are lost for good; under fail_closed nothing is lost and the partitions of bad records stand still.";
    expect(
      complaints({
        series,
        at: "15m",
        rendered: {
          alert: "WebSocketDlqBroken",
          alerts: [
            {
              labels,
              annotations: {
                summary: "The server cannot write dead letters",
                description: `600m failed writes a second, by reason: backpressure 400m; timeout 200m; mode fail_open. ${stake}`,
                runbook_url: "http://localhost:3002/runbook/websocket-dlq-broken.md",
                dashboard_url: "http://localhost:3000/d/dashflow-streaming",
              },
            },
          ],
        },
      }),
    ).toBe("");
  });

  test("each tenant over its limit is named", () => {
    const over = (tenant: string) => `dashstream_rate_limit_exceeded_total{tenant_id="${tenant}",${SERVER}}`;
    const series = { ...WELL, [over("acme")]: "0+1x200", [over("calm")]: "0x200" };
    const firing = ['TenantRateLimitExceeded{component="stream",tenant_id="acme"}'];
    expect(complaints({ series, at: "10m", firing })).toBe("");
  });
}

describeReal("promtool", "promtool", () => suite(() => "promtool"));
describeReal("promtool3", "promtool 3", () => suite(() => promtool3Path() ?? ""));
