import { describe, expect, test } from "bun:test";
import { findAlert } from "../../src/alerts/registry.ts";
import { type RuleOptions, ruleGroups, rulesOf } from "../../src/alerts/rule-groups.ts";
import { parseComponents } from "../../src/alerts/site-components.ts";
import { parseThresholds } from "../../src/alerts/thresholds.ts";

function ruleOf(name: string, options: RuleOptions = {}) {
  const alert = findAlert(name);
  const [rule] = alert === null ? [] : rulesOf(alert, options);
  if (rule === undefined) throw new Error(`no rule ${name}`);
  return rule;
}

const set = (...settings: readonly string[]) => ({ thresholds: parseThresholds(settings) });

describe("a threshold that is set", () => {
  test("is in the expression and in the words", () => {
    const rule = ruleOf("KafkaConsumerLagHigh", set("KafkaConsumerLagHigh.lag=20000"));
    expect(rule.expr).toBe("max(websocket_kafka_consumer_lag) > 20000");
    expect(rule.annotations.description).toContain("(threshold 20,000)");
  });

  test("leaves other alerts with a threshold of that name alone", () => {
    const options = set("KafkaConsumerLagHigh.lag=20000");
    expect(ruleOf("KafkaConsumerLagCritical", options).expr).toBe(
      "max(websocket_kafka_consumer_lag) > 100000",
    );
  });

  test("may be a window, everywhere in the expression, or how long", () => {
    const rule = ruleOf(
      "HighDecodeErrorRate",
      set("HighDecodeErrorRate.window=10m", "HighDecodeErrorRate.for=0s", "HighDecodeErrorRate.share=0.1"),
    );
    expect(rule.expr).toBe(
      "sum(rate(websocket_decode_errors_total[10m])) / clamp_min(sum(rate(websocket_kafka_messages_total[10m])), 1e-9) > 0.1",
    );
    expect(rule.for).toBeUndefined();
  });

  test("is scaled like any other", () => {
    const options = { ...set("KafkaConsumerLagHigh.lag=20000", "KafkaConsumerLagHigh.for=10m"), scale: 10 };
    expect(ruleOf("KafkaConsumerLagHigh", options)).toMatchObject({
      expr: "max(websocket_kafka_consumer_lag) > 2000",
      for: "1m",
    });
  });

  test("counts as given last", () => {
    const options = set("HighDLQRate.rate=1", "HighDLQRate.rate = 2");
    expect(ruleOf("HighDLQRate", options).expr).toEndWith("> 2");
  });
});

describe("a threshold is refused", () => {
  test.each([
    ["HighDLQRate", "expected Alert.name=value, for example KafkaConsumerLagHigh.lag=20000"],
    ["HighDLQRat.rate=1", "there is no alert HighDLQRat (did you mean HighDLQRate?); --list shows all"],
    ["Nothing.like=1", "there is no alert Nothing; --list shows all"],
    ["HighDLQRate.rat=1", "HighDLQRate has no rat (did you mean rate?), expected one of window, rate, for"],
    ["HighDLQRate.rate=", '"" cannot be, expected a number from 0, for example 0.1'],
    ["HighDLQRate.rate=-1", '"-1" cannot be, expected a number from 0, for example 0.1'],
    ["HighDLQRate.rate=1e3", '"1e3" cannot be, expected a number from 0, for example 0.1'],
    ["HighDecodeErrorRate.share=5", '"5" cannot be, expected a number from 0 to 1, for example 0.05'],
    ["HighDLQRate.window=30s", '"30s" cannot be, expected a duration from 1m to 24h, for example 5m'],
    ["HighDLQRate.for=5", '"5" cannot be, expected a duration from 0s to 24h, for example 2m'],
    [
      "KafkaConsumerLagHigh.lag=200000",
      "expected at most 100000, which is KafkaConsumerLagCritical.lag, the higher tier",
    ],
  ])("%s", (setting, reason) => {
    expect(() => parseThresholds([setting])).toThrow(`--threshold ${setting}: ${reason}`);
  });

  test("not when both tiers move", () => {
    const options = set("KafkaConsumerLagHigh.lag=200000", "KafkaConsumerLagCritical.lag=500000");
    expect(ruleOf("KafkaConsumerLagHigh", options).expr).toEndWith("> 200000");
  });
});

describe("a site", () => {
  const alertsOf = (...components: readonly string[]) =>
    new Set(
      ruleGroups({ components: parseComponents(components) }).flatMap(({ rules }) =>
        rules.map(({ alert, labels }) =>
          alert === "ServiceDown" ? `ServiceDown ${labels.component}` : alert,
        ),
      ),
    );
  const all = alertsOf("websocket-server", "prometheus-exporter", "quality-monitor", "stream", "redis");

  test("that runs everything has 34 alerts, ServiceDown for each cause", () => {
    const causes = [...all].filter((alert) => alert.startsWith("ServiceDown"));
    expect(causes).toEqual([
      "ServiceDown websocket-server",
      "ServiceDown prometheus-exporter",
      "ServiceDown quality-monitor",
      "ServiceDown undefined",
      "ServiceDown kafka",
      "ServiceDown redis",
    ]);
    expect(all.size - causes.length + 1).toBe(34);
  });

  test("without Redis has no alert on it", () => {
    const without = alertsOf("websocket-server", "prometheus-exporter", "quality-monitor", "stream");
    expect([...all].filter((alert) => !without.has(alert))).toEqual([
      "ServiceDown redis",
      "WebSocketRedisErrors",
      "WebSocketRedisHighLatency",
      "RateLimiterRedisErrors",
      "RateLimiterRedisHighLatency",
      "ReplayBufferRedisWritesDropped",
      "ReplayBufferRedisWriteFailures",
    ]);
  });

  test("with the server only has no alert on the library's dead letters, nor on services it does not run", () => {
    const server = alertsOf("server");
    for (const gone of ["DLQItselfBroken", "HighDLQRate", "ServiceDown quality-monitor"]) {
      expect(server.has(gone)).toBe(false);
    }
    expect(server.has("ServiceDown websocket-server")).toBe(true);
  });

  test("with the exporter only still knows when it or Kafka is down, and that alerting works", () => {
    expect([...alertsOf("exporter", "kafka")]).toEqual([
      "ServiceDown prometheus-exporter",
      "ServiceDown undefined",
      "ServiceDown kafka",
      "Watchdog",
    ]);
  });

  test("cannot run what does not exist, or nothing", () => {
    expect(() => parseComponents(["qualty-monitor"])).toThrow(
      '--components has "qualty-monitor", expected some of websocket-server, prometheus-exporter, quality-monitor, stream, redis (Kafka is always there); did you mean quality-monitor?',
    );
    expect(() => parseComponents(["kafka"])).toThrow("--components names none");
  });
});
