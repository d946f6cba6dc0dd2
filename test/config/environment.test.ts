import { describe, expect, test } from "bun:test";
import { ineffectiveVariables } from "../../src/config/environment.ts";
import { OPTION_ENTRIES } from "../../src/config/options.ts";
import { problemText } from "../../src/config/problem.ts";
import { reservedSetting } from "../../src/config/reserved.ts";
import { codeAndMessage, load } from "./load-config.ts";

const warningsOf = (env: Readonly<Record<string, string>>) => load(env).warnings.map(problemText);

const MISSPELLED: readonly (readonly [name: string, meant: string])[] = [
  ["TENANT_RATE_LIMT", "TENANT_RATE_LIMIT_PER_SEC"],
  ["TENANT_RATE_LIMITS", "TENANT_RATE_LIMITS_FILE"],
  ["TENANT_LIMIT_PER_SEC", "TENANT_RATE_LIMIT_PER_SEC"],
  ["TENANT_RATE_BRUST", "TENANT_RATE_BURST"],
  ["DLQ_FAILCLOSED", "DLQ_FAIL_CLOSED"],
  ["DLQ_SEND_TIMEOUT_SECONDS", "DLQ_SEND_TIMEOUT_SECS"],
  ["SEQUENCE_GAP_POLICI", "SEQUENCE_GAP_POLICY"],
  ["SEQUENCE_POLICY", "SEQUENCE_GAP_POLICY"],
  ["SHUTDOWN_TIMEOUT", "SHUTDOWN_TIMEOUT_SECS"],
  ["REPLAY_BUFFER_SIZE", "REPLAY_BUFFER_MEMORY_SIZE"],
  ["REPLAY_TIMEOUT_MS", "REPLAY_TIMEOUT_SECS"],
  ["LOGLEVEL", "LOG_LEVEL"],
  ["LOG_LEVLE", "LOG_LEVEL"],
  ["REDIS_URLS", "REDIS_URL"],
  ["ADMIN_TOKEN_FLIE", "ADMIN_TOKEN_FILE"],
];

describe("variables that have no effect", () => {
  test.each([
    ["KAFKA_BROKER", "KAFKA_BROKER is not a known setting; did you mean KAFKA_BROKERS?"],
    ["KAFKA_TOIPC", "KAFKA_TOIPC is not a known setting; did you mean KAFKA_TOPIC?"],
    [
      "WEBSOCKET_MAX_PAYLOAD",
      "WEBSOCKET_MAX_PAYLOAD is not a known setting; did you mean WEBSOCKET_MAX_PAYLOAD_BYTES?",
    ],
    [
      "KAFKA_SASL_PASWORD_FILE",
      "KAFKA_SASL_PASWORD_FILE is not a known setting; did you mean KAFKA_SASL_PASSWORD_FILE?",
    ],
    ...MISSPELLED.map(
      ([name, meant]) => [name, `${name} is not a known setting; did you mean ${meant}?`] as const,
    ),
    ["DASHSTREAM_COLOUR", "DASHSTREAM_COLOUR is not a known setting"],
    [
      "TENANT_RATE_LIMIT_PER_SECOND",
      "TENANT_RATE_LIMIT_PER_SECOND is not a known setting; did you mean TENANT_RATE_LIMIT_PER_SEC?",
    ],
    [
      "OTEL_EXPORTER_OTLP_PROTOCOL",
      "OTEL_EXPORTER_OTLP_PROTOCOL is not supported by this version and ignored: traces are sent as protobuf over HTTP",
    ],
    ["OTEL_TRACES_SAMPLER", /^OTEL_TRACES_SAMPLER is not supported by this version and ignored: /],
    ["OTEL_LOGS_EXPORTER", /^OTEL_LOGS_EXPORTER is not supported by this version and ignored: /],
    ["KAFKA_OLD_DATA_USE_TIMESTAMP", /^KAFKA_OLD_DATA_USE_TIMESTAMP no longer exists and is ignored: /],
    ["RUST_LOG", "RUST_LOG no longer exists and is ignored: use LOG_LEVEL"],
  ])("%s is a warning, and an error in a strict check", (name, expected) => {
    const warnings = warningsOf({ [name]: "true" });
    expect(warnings).toEqual([expected instanceof RegExp ? expect.stringMatching(expected) : expected]);
    expect(codeAndMessage({ [name]: "true" }, {}, {}, true)).toEqual(["config_invalid", warnings[0] ?? ""]);
  });

  test.each([
    ["is empty", { REDIS_URL: "", KAFKA_NONSENSE: " " }],
    ["belongs to somebody else", { PATH: "/bin", HOSTNAME: "h", KAFKAJS_NO_PARTITIONER_WARNING: "1" }],
    [
      "is set by Kubernetes for a service of that name",
      {
        KAFKA_SERVICE_HOST: "10.0.0.1",
        KAFKA_SERVICE_PORT_BROKER: "9092",
        KAFKA_PORT: "tcp://10.0.0.1:9092",
        KAFKA_PORT_9092_TCP_ADDR: "10.0.0.1",
      },
    ],
    ["steers the tests", { DASHSTREAM_REQUIRE_REAL: "1" }],
  ])("say nothing if it %s", (_why, env) => {
    expect(load(env, {}, {}, true).warnings).toEqual([]);
  });

  test.each(
    [
      "PATH HOME HOSTNAME LANG TZ USER PORT HOST NODE_ENV HTTP_PROXY AWS_REGION",
      "LOG LOG_DIR LOG_FORMAT LOG_PATH LOG_COLOR LOG_LEVEL_ROOT LOG_FILE_PATH",
      "REDIS_HOST REDIS_PORT REDIS_PASSWORD REDIS_DB REDIS_TLS_URL",
      "KUBERNETES_PORT KUBERNETES_SERVICE_HOST KUBERNETES_SERVICE_PORT_HTTPS",
      "METRICS METRICS_HOST METRICS_PATH METRICS_ENABLED HEALTH_PATH HEALTH_HOST",
      "ADMIN_USER ADMIN_PASSWORD INSTANCE INSTANCE_NAME INSTANCE_TYPE TENANT TENANT_ID",
      "PROMETHEUS_PORT PROMETHEUS_METRICS PROMETHEUS_MULTIPROC_DIR TIMEOUT_SECS MAX_CONNECTIONS SEQUENCE DLQ_URL DLQ_NAME",
    ].flatMap((line) => line.split(" ")),
  )("leave %s to the program it belongs to", (name) => {
    expect(load({ [name]: "x" }, {}, {}, true).warnings).toEqual([]);
  });

  test("do not show their value, which may be a secret put under a wrong name", () => {
    expect(
      warningsOf({ KAFKA_SASL_PASSWD: "hunter2", REDIS_URL: "redis://:hunter2@h" }).join(),
    ).not.toContain("hunter2");
  });

  test("are never options of the table", () => {
    const names = OPTION_ENTRIES.flatMap(([, option]) => option.env);
    expect(names.filter((name) => reservedSetting(name)?.name === name)).toEqual([]);
    const set = Object.fromEntries(names.map((name) => [name, "x"]));
    expect(ineffectiveVariables(set)).toEqual([]);
  });
});
