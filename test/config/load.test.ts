import { describe, expect, test } from "bun:test";
import { hostname } from "node:os";
import { loadConfig } from "../../src/config/load.ts";
import { type Command, flagKey } from "../../src/config/option.ts";
import { OPTION_ENTRIES, type OptionKey } from "../../src/config/options.ts";
import { codeAndMessage, load, PEM, problemsOf } from "./load-config.ts";

describe("defaults", () => {
  test("are the documented ones when nothing is set", () => {
    expect(load().config).toEqual({
      kafkaBrokers: ["127.0.0.1:9092"],
      kafkaTopic: "dashstream-quality",
      kafkaGroupId: "websocket-server-v4",
      kafkaGroupMode: "shared",
      kafkaClusterId: null,
      kafkaAutoOffsetReset: "earliest",
      kafkaFetchMaxWaitMs: 250,
      kafkaOnDecodeError: "skip",
      kafkaLagCheckIntervalSecs: 10,
      kafkaLagStalePartitionSecs: 60,
      kafkaOperationTimeoutSecs: 30,
      kafkaMetadataTimeoutSecs: 30,
      kafkaBrokerAddressFamily: null,
      kafkaSecurityProtocol: "plaintext",
      kafkaSaslMechanism: null,
      kafkaSaslUsername: null,
      kafkaSaslPassword: null,
      kafkaSslCaLocation: null,
      kafkaSslCertificateLocation: null,
      kafkaSslKeyLocation: null,
      kafkaSslKeyPassword: null,
      kafkaSslEndpointAlgorithm: "https",
      websocketMaxPayloadBytes: 1_048_576,
      schemaCompatibility: "exact",
      sequenceGapPolicy: "warn",
      sequenceReorderWindow: 8,
      kafkaDlqTopic: "dashstream-quality-dlq",
      maxConcurrentDlqSends: 100,
      dlqSendTimeoutSecs: 5,
      dlqFailClosed: false,
      dlqIncludeFullPayload: false,
      websocketHost: "127.0.0.1",
      websocketPort: 3002,
      websocketAllowedOrigins: [],
      websocketTrustedProxyIps: [],
      websocketMaxConnectionsPerIp: 10,
      websocketSendTimeoutSecs: 5,
      websocketStallTimeoutSecs: 60,
      websocketMaxClientLag: 100_000,
      slowClientDisconnectThreshold: 1000,
      slowClientLagWindowSecs: 60,
      fanoutMaxWaitMs: 250,
      websocketBrowserBurst: 200,
      websocketBrowserRatePerSec: 100,
      expectedSchemasPath: ".dashflow/expected_schemas.json",
      adminToken: null,
      tenantRateLimitPerSec: null,
      tenantRateBurst: 1_000,
      tenantRateLimitsFile: null,
      tenantRateLimitStore: "local",
      replayBufferMemorySize: 50_000,
      replayBufferMemoryBytes: 67_108_864,
      replayTimeoutSecs: 30,
      replayMaxTotal: 0,
      replayKafkaEnabled: true,
      replayKafkaMaxConcurrentReads: 2,
      replayKafkaMaxBytesPerSec: 67_108_864,
      replayCacheBytes: 33_554_432,
      redisUrl: null,
      redisMessageTtlSecs: 3_600,
      redisMaxSequences: 10_000,
      redisZcardCheckCadence: 50,
      redisMaxConcurrentWrites: 100,
      redisClearTimeoutSecs: 5,
      metricsBindIp: "0.0.0.0",
      metricsPort: 9190,
      healthBindIp: "0.0.0.0",
      healthPort: 3003,
      prometheusSessionTimeoutSecs: 300,
      prometheusMaxSessions: 100_000,
      prometheusLatencyBucketsMs: [10, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 15000, 20000, 30000],
      prometheusRetryBuckets: [0, 1, 2, 3, 5, 10],
      prometheusQualityScoreBuckets: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1],
      prometheusSessionTurnBuckets: [1, 2, 5, 10, 20, 50],
      prometheusDurationBucketsSeconds: [0.01, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
      prometheusMetricsEndpointBuckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
      otelExporterOtlpEndpoint: null,
      otelExporterOtlpTracesEndpoint: null,
      otelExporterOtlpHeaders: null,
      otelTracesSamplerArg: 0.01,
      otelServiceName: "websocket-server",
      logLevel: "info",
      logFile: null,
      instanceId: "websocket-server",
      shutdownTimeoutSecs: 30,
      demoSeconds: 0,
    });
    expect(load().warnings).toEqual([]);
  });

  test("that depend on another option follow it, until they are set themselves", () => {
    expect(load({ KAFKA_TOPIC: "t" }).config.kafkaDlqTopic).toBe("t-dlq");
    expect(load({ KAFKA_TOPIC: "t", KAFKA_DLQ_TOPIC: "bad" }).config.kafkaDlqTopic).toBe("bad");
    expect(load({ SEQUENCE_GAP_POLICY: "HALT" }).config.sequenceReorderWindow).toBe(0);
    const burst = (rate: string) => load({ TENANT_RATE_LIMIT_PER_SEC: rate }).config.tenantRateBurst;
    expect([burst("100"), burst("2.55"), burst("0.001"), burst("1000000000")]).toEqual([
      1_000, 26, 1, 1_000_000_000,
    ]);
  });

  test("name a server after its host where that names its consumer group", () => {
    expect(load({ KAFKA_GROUP_MODE: "per-replica" }).config.instanceId).toBe(hostname());
    expect(load({ KAFKA_GROUP_MODE: "per-replica", INSTANCE_ID: "a" }).config.instanceId).toBe("a");
  });

  test("that do not work are said to be the default", () => {
    const topic = "t".repeat(248);
    expect(problemsOf({ KAFKA_TOPIC: topic })).toEqual([
      expect.stringMatching(/^KAFKA_DLQ_TOPIC is "t+-dlq", expected up to 249 .* \(this is its default\)$/),
    ]);
  });

  test("stand for empty variables, as compose files set them", () => {
    expect(load({ KAFKA_TOPIC: "", WEBSOCKET_PORT: "  ", DLQ_FAIL_CLOSED: "", KAFKA_X: "" })).toEqual(load());
  });
});

describe("names", () => {
  test.each(OPTION_ENTRIES)("%s, its variable and its flag are one name", (key, { name, flag, secret }) => {
    expect(`--${name.toLowerCase().replaceAll("_", "-")}${secret ? "-file" : ""}`).toBe(flag);
    expect(flagKey(flag)).toBe(secret ? `${key}File` : key);
  });

  test("no two options share a variable", () => {
    const names = OPTION_ENTRIES.flatMap(([, option]) => option.env);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("sources", () => {
  test("a flag wins over a variable, and each value says where it came from", () => {
    const { config, settings } = load(
      { KAFKA_TOPIC: "from-env", KAFKA_GROUP_ID: " spaced " },
      { kafkaTopic: "from-flag", dlqIncludeFullPayload: true },
    );
    expect(config).toMatchObject({
      kafkaTopic: "from-flag",
      kafkaGroupId: "spaced",
      dlqIncludeFullPayload: true,
    });
    const origin = (key: OptionKey) => settings.find((setting) => setting.key === key)?.origin;
    expect(origin("kafkaTopic")).toEqual({ from: "flag", name: "--kafka-topic" });
    expect(origin("kafkaGroupId")).toEqual({ from: "env", name: "KAFKA_GROUP_ID" });
    expect(origin("kafkaBrokers")).toEqual({ from: "default" });
  });

  test("an older name counts, and its origin is that name", () => {
    const { config, settings } = load({ WEBSOCKET_BUFFER_SIZE: "7", KAFKA_BOOTSTRAP_SERVERS: "k:1" });
    expect(config).toMatchObject({ replayBufferMemorySize: 7, kafkaBrokers: ["k:1"] });
    expect(settings.map(({ origin }) => (origin.from === "env" ? origin.name : ""))).toContain(
      "WEBSOCKET_BUFFER_SIZE",
    );
  });

  test("a name and its older name may agree but not differ", () => {
    expect(load({ KAFKA_TOPIC: "t", DASHSTREAM_TOPIC: " t " }).config.kafkaTopic).toBe("t");
    expect(problemsOf({ KAFKA_TOPIC: "t", DASHSTREAM_TOPIC: "u" })).toEqual([
      'KAFKA_TOPIC and DASHSTREAM_TOPIC are the same setting with different values: "t" and "u"',
    ]);
  });

  test("a command looks at its own options only", () => {
    const env = { KAFKA_BROKERS: "no broker!", WEBSOCKET_PORT: "4000" };
    const { config } = loadConfig({ env, flags: {}, readFile: () => "", command: "healthcheck" });
    expect(config).toMatchObject({ kafkaBrokers: ["127.0.0.1:9092"], websocketPort: 4000 });
    expect(problemsOf(env)).toHaveLength(1);
  });
});

describe("a companion service", () => {
  const ofCommand = (command: Command, env: Record<string, string> = {}) =>
    loadConfig({ env, flags: {}, readFile: () => "", command }).config;

  test("has a group, a name and a dead-letter topic of its own, and the common defaults else", () => {
    expect(ofCommand("quality-monitor")).toMatchObject({
      kafkaGroupId: "quality-monitor",
      instanceId: "quality-monitor",
      kafkaDlqTopic: "dashstream-dlq",
      kafkaTopic: "dashstream-quality",
    });
    expect(ofCommand("exporter")).toMatchObject({
      kafkaGroupId: "prometheus-exporter",
      instanceId: "prometheus-exporter",
      kafkaTopic: "dashstream-quality",
    });
  });

  test("is not refused for what only another command could not do", () => {
    const env = { DASHSTREAM_MAX_PAYLOAD_BYTES: "200000000" };
    expect(ofCommand("exporter", env).websocketMaxPayloadBytes).toBe(200_000_000);
    expect(problemsOf(env)).toEqual([expect.stringMatching(/^REPLAY_BUFFER_MEMORY_BYTES /)]);
  });

  test("is refused for a contradiction of its own", () => {
    const env = { KAFKA_TOPIC: "dashstream-dlq" };
    expect(() => ofCommand("quality-monitor", env)).toThrow("KAFKA_DLQ_TOPIC is dashstream-dlq, the same as");
    expect(ofCommand("exporter", env).kafkaTopic).toBe("dashstream-dlq");
  });
});

describe("secrets", () => {
  const files = { "/run/password": "s3cret\n", "/run/empty": "\n" };
  const login = {
    KAFKA_SECURITY_PROTOCOL: "sasl_ssl",
    KAFKA_SASL_MECHANISM: "plain",
    KAFKA_SASL_USERNAME: "u",
  };

  test("are read from the file that the variable or the flag names, without its last line feed", () => {
    const byVariable = load({ ...login, KAFKA_SASL_PASSWORD_FILE: "/run/password" }, {}, files);
    expect(byVariable.config).toMatchObject({ kafkaSaslPassword: "s3cret", kafkaSaslMechanism: "PLAIN" });
    const byFlag = load({ ADMIN_TOKEN: "other" }, { adminTokenFile: "/run/password" }, files);
    expect(byFlag.config.adminToken).toBe("s3cret");
    expect(byFlag.settings.find(({ key }) => key === "adminToken")?.origin).toEqual({
      from: "file",
      name: "--admin-token-file",
      path: "/run/password",
    });
  });

  test("keep the spaces they begin or end with", () => {
    expect(load({ ADMIN_TOKEN: " t " }).config.adminToken).toBe(" t ");
  });

  test.each([
    [
      { ADMIN_TOKEN: "abc", ADMIN_TOKEN_FILE: "/run/password" },
      "ADMIN_TOKEN and ADMIN_TOKEN_FILE are both set, expected one",
    ],
    [
      { ADMIN_TOKEN_FILE: "/none" },
      "ADMIN_TOKEN_FILE names /none, which cannot be read: no such file: /none",
    ],
    [
      { ADMIN_TOKEN_FILE: "/run/empty" },
      "ADMIN_TOKEN_FILE names /run/empty, which is empty, expected the secret",
    ],
    [{ ADMIN_TOKEN: "abc".repeat(1000) }, "ADMIN_TOKEN has a value that is not shown, expected a token"],
  ])("%j is refused", (env, problem) => {
    expect(problemsOf(env, {}, files)).toEqual([problem]);
  });
});

describe("TLS files", () => {
  const tls = { KAFKA_SECURITY_PROTOCOL: "ssl", KAFKA_SSL_CA_LOCATION: "/ca.pem" };

  test("are read", () => {
    expect(load(tls, {}, { "/ca.pem": PEM }).config.kafkaSslCaLocation).toEqual({
      path: "/ca.pem",
      pem: PEM,
    });
  });

  test("that cannot be read or are no PEM are refused", () => {
    expect(problemsOf(tls)).toEqual([
      'KAFKA_SSL_CA_LOCATION is "/ca.pem", expected the path of a readable PEM file (no such file: /ca.pem)',
    ]);
    expect(problemsOf(tls, {}, { "/ca.pem": "\x30\x82" })).toEqual([
      'KAFKA_SSL_CA_LOCATION is "/ca.pem", expected the path of a readable PEM file (the file has no PEM block)',
    ]);
  });
});

describe("what is wrong", () => {
  test("is said all at once, naming field, value and what was expected", () => {
    const env = { WEBSOCKET_PORT: "30o2", KAFKA_AUTO_OFFSET_RESET: "newest", LOG_LEVEL: "loud" };
    expect(codeAndMessage(env, { kafkaTopic: "a b" })).toEqual([
      "config_invalid",
      [
        "4 settings are wrong:",
        '  --kafka-topic is "a b", expected up to 249 of the characters a-z, A-Z, 0-9, dot, underscore and hyphen',
        '  KAFKA_AUTO_OFFSET_RESET is "newest", expected earliest or latest',
        '  WEBSOCKET_PORT is "30o2", expected a port from 0 to 65535',
        '  LOG_LEVEL is "loud", expected debug, info, warn, error or silent',
      ].join("\n"),
    ]);
  });

  test("alone is a message of one line", () => {
    expect(codeAndMessage({ WEBSOCKET_PORT: "-1" })).toEqual([
      "config_invalid",
      'WEBSOCKET_PORT is "-1", expected a port from 0 to 65535',
    ]);
  });
});
