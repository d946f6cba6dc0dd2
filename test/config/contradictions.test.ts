import { describe, expect, test } from "bun:test";
import { load, PEM, problemsOf } from "./load-config.ts";

const FILES = { "/ca.pem": PEM, "/cert.pem": PEM, "/key.pem": PEM, "/limits.json": "{}" };
const LOGIN = {
  KAFKA_SECURITY_PROTOCOL: "sasl_ssl",
  KAFKA_SASL_MECHANISM: "SCRAM-SHA-512",
  KAFKA_SASL_USERNAME: "u",
  KAFKA_SASL_PASSWORD: "hunter2",
};
const without = (env: Readonly<Record<string, string>>, name: string) =>
  Object.fromEntries(Object.entries(env).filter(([key]) => key !== name));

describe("settings that contradict each other are refused", () => {
  test.each([
    [
      "a login without a mechanism",
      without(LOGIN, "KAFKA_SASL_MECHANISM"),
      "KAFKA_SASL_MECHANISM is not set but KAFKA_SECURITY_PROTOCOL is sasl_ssl, expected PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512",
    ],
    [
      "a login without a user",
      without(LOGIN, "KAFKA_SASL_USERNAME"),
      "KAFKA_SASL_USERNAME is not set but KAFKA_SECURITY_PROTOCOL is sasl_ssl, expected a user name",
    ],
    [
      "a login without a password",
      without(LOGIN, "KAFKA_SASL_PASSWORD"),
      "KAFKA_SASL_PASSWORD is not set but KAFKA_SECURITY_PROTOCOL is sasl_ssl, expected a password, better as KAFKA_SASL_PASSWORD_FILE",
    ],
    [
      "a mechanism without a login",
      { KAFKA_SASL_MECHANISM: "PLAIN" },
      "KAFKA_SASL_MECHANISM is set but KAFKA_SECURITY_PROTOCOL is plaintext, expected sasl_plaintext or sasl_ssl",
    ],
    [
      "a password without a login",
      { KAFKA_SASL_PASSWORD: "hunter2", KAFKA_SECURITY_PROTOCOL: "ssl" },
      "KAFKA_SASL_PASSWORD is set but KAFKA_SECURITY_PROTOCOL is ssl, expected sasl_plaintext or sasl_ssl",
    ],
    [
      "Kerberos",
      { ...LOGIN, KAFKA_SASL_MECHANISM: "GSSAPI" },
      "KAFKA_SASL_MECHANISM is GSSAPI, which the Kafka client cannot speak here (it needs Kerberos), expected PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512",
    ],
    [
      "OAuth",
      { ...LOGIN, KAFKA_SASL_MECHANISM: "oauthbearer" },
      "KAFKA_SASL_MECHANISM is OAUTHBEARER, which the Kafka client cannot speak here (it needs a token provider), expected PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512",
    ],
    [
      "an authority without TLS",
      { KAFKA_SSL_CA_LOCATION: "/ca.pem" },
      "KAFKA_SSL_CA_LOCATION is set but KAFKA_SECURITY_PROTOCOL is plaintext, expected ssl or sasl_ssl",
    ],
    [
      "a key without a certificate",
      { KAFKA_SECURITY_PROTOCOL: "ssl", KAFKA_SSL_KEY_LOCATION: "/key.pem" },
      "KAFKA_SSL_KEY_LOCATION is set but KAFKA_SSL_CERTIFICATE_LOCATION is not, expected both",
    ],
    [
      "a certificate without a key",
      { KAFKA_SECURITY_PROTOCOL: "ssl", KAFKA_SSL_CERTIFICATE_LOCATION: "/cert.pem" },
      "KAFKA_SSL_CERTIFICATE_LOCATION is set but KAFKA_SSL_KEY_LOCATION is not, expected both",
    ],
    [
      "a key password without a key",
      { KAFKA_SECURITY_PROTOCOL: "ssl", KAFKA_SSL_KEY_PASSWORD: "hunter2" },
      "KAFKA_SSL_KEY_PASSWORD is set but KAFKA_SSL_KEY_LOCATION is not, expected both",
    ],
    [
      "dead letters into the topic that is read",
      { KAFKA_TOPIC: "t", KAFKA_DLQ_TOPIC: "t" },
      "KAFKA_DLQ_TOPIC is t, the same as KAFKA_TOPIC: dead letters would be read as telemetry; expected another topic",
    ],
    [
      "halting at once and waiting for late records",
      { SEQUENCE_GAP_POLICY: "halt", SEQUENCE_REORDER_WINDOW: "8" },
      "SEQUENCE_REORDER_WINDOW is 8 but SEQUENCE_GAP_POLICY is halt, which stops at the first missing number; expected 0",
    ],
    [
      "a memory that cannot hold one record",
      { REPLAY_BUFFER_MEMORY_BYTES: "1000", WEBSOCKET_MAX_PAYLOAD_BYTES: "1000" },
      "REPLAY_BUFFER_MEMORY_BYTES is 1000, too small for one record of WEBSOCKET_MAX_PAYLOAD_BYTES (1000), expected at least 1016",
    ],
    [
      "a burst without a rate",
      { TENANT_RATE_BURST: "100" },
      "TENANT_RATE_BURST is set but TENANT_RATE_LIMIT_PER_SEC is not, expected both",
    ],
    [
      "limits of single tenants without one for all others",
      { TENANT_RATE_LIMITS_FILE: "/limits.json" },
      "TENANT_RATE_LIMITS_FILE is set but TENANT_RATE_LIMIT_PER_SEC is not, expected both",
    ],
    [
      "a store for limits that there are not",
      { TENANT_RATE_LIMIT_STORE: "redis", REDIS_URL: "redis://h" },
      "TENANT_RATE_LIMIT_STORE is set but TENANT_RATE_LIMIT_PER_SEC is not, expected both",
    ],
    [
      "limits in a Redis that is not named",
      { TENANT_RATE_LIMIT_PER_SEC: "1", TENANT_RATE_LIMIT_STORE: "redis" },
      "REDIS_URL is not set but TENANT_RATE_LIMIT_STORE is redis, expected both",
    ],
    [
      "a name that is to name a consumer group and cannot",
      { KAFKA_GROUP_MODE: "per-replica", INSTANCE_ID: "rack 1/a" },
      'INSTANCE_ID is "rack 1/a" but KAFKA_GROUP_MODE is per-replica, which names a consumer group after it; expected letters, digits, ".", "_" and "-"',
    ],
    [
      "a consumer group with too long a name",
      { KAFKA_GROUP_MODE: "per-replica", KAFKA_GROUP_ID: "g".repeat(200), INSTANCE_ID: "i".repeat(55) },
      `INSTANCE_ID makes the consumer group ${"g".repeat(200)}-${"i".repeat(55)}, expected at most 255 characters together with KAFKA_GROUP_ID`,
    ],
    [
      "limits that servers take from each other",
      {
        KAFKA_GROUP_MODE: "per-replica",
        INSTANCE_ID: "a",
        TENANT_RATE_LIMIT_PER_SEC: "1",
        TENANT_RATE_LIMIT_STORE: "redis",
        REDIS_URL: "redis://h",
      },
      "TENANT_RATE_LIMIT_STORE is redis but KAFKA_GROUP_MODE is per-replica: every server reads every record, so each would take the tokens of all; expected local",
    ],
  ])("%s", (_what, env, problem) => {
    expect(problemsOf(env, {}, FILES)).toEqual([problem]);
  });

  test("but a mistyped value gives no second problem about what follows from it", () => {
    expect(problemsOf({ ...LOGIN, KAFKA_SECURITY_PROTOCOL: "sasl_sl" })).toEqual([
      expect.stringContaining('KAFKA_SECURITY_PROTOCOL is "sasl_sl"'),
    ]);
  });

  test("and nothing that is said contains the password", () => {
    for (const name of Object.keys(LOGIN)) {
      expect(problemsOf({ ...LOGIN, [name]: "\u0000" }).join()).not.toContain("hunter2");
    }
  });
});

test("names that share a group may be what they like", () => {
  expect(problemsOf({ INSTANCE_ID: "rack 1/a" })).toEqual([]);
});

test("a complete login over TLS is accepted without a warning", () => {
  const env = {
    ...LOGIN,
    KAFKA_SSL_CA_LOCATION: "/ca.pem",
    KAFKA_SSL_CERTIFICATE_LOCATION: "/cert.pem",
    KAFKA_SSL_KEY_LOCATION: "/key.pem",
    KAFKA_SSL_KEY_PASSWORD: "k",
  };
  expect(load(env, {}, FILES).warnings).toEqual([]);
});

describe("settings that are allowed and worth a warning", () => {
  test.each([
    ["WEBSOCKET_HOST", { WEBSOCKET_HOST: "0.0.0.0" }],
    ["WEBSOCKET_HOST", { WEBSOCKET_HOST: "::" }],
    ["KAFKA_SECURITY_PROTOCOL", { ...LOGIN, KAFKA_SECURITY_PROTOCOL: "sasl_plaintext" }],
    [
      "KAFKA_ON_DECODE_ERROR",
      { KAFKA_GROUP_MODE: "per-replica", INSTANCE_ID: "a", KAFKA_ON_DECODE_ERROR: "pause" },
    ],
    [
      "SEQUENCE_GAP_POLICY",
      {
        KAFKA_GROUP_MODE: "per-replica",
        INSTANCE_ID: "a",
        SEQUENCE_GAP_POLICY: "halt",
        SEQUENCE_REORDER_WINDOW: "0",
      },
    ],
  ])("%s of %j", (field, env) => {
    expect(load(env, {}, {}, true).warnings).toMatchObject([{ field, refusedIfStrict: false }]);
  });

  test.each([
    "REDIS_MESSAGE_TTL_SECS",
    "REDIS_MAX_SEQUENCES",
    "REDIS_ZCARD_CHECK_CADENCE",
    "REDIS_MAX_CONCURRENT_WRITES",
    "REDIS_CLEAR_TIMEOUT_SECS",
  ])("%s without a Redis, which a strict check refuses", (field) => {
    const env = { [field]: "7" };
    const message = "is set but REDIS_URL is not: there is no replay in Redis";
    expect(load(env).warnings).toEqual([{ field, message, refusedIfStrict: true }]);
    expect(() => load(env, {}, {}, true)).toThrow(`${field} ${message}`);
    expect(load({ ...env, REDIS_URL: "redis://:hunter2@h" }, {}, {}, true).warnings).toEqual([]);
  });

  test.each([
    ["OTEL_EXPORTER_OTLP_HEADERS", "a=hunter2"],
    ["OTEL_TRACES_SAMPLER_ARG", "0.5"],
    ["OTEL_SERVICE_NAME", "telemetry"],
  ])("%s without a collector of traces, which a strict check refuses", (field, text) => {
    const env = { [field]: text };
    const message = "is set but OTEL_EXPORTER_OTLP_ENDPOINT is not: there is no tracing";
    expect(load(env).warnings).toEqual([{ field, message, refusedIfStrict: true }]);
    expect(() => load(env, {}, {}, true)).toThrow(`${field} ${message}`);
    for (const name of ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"]) {
      expect(load({ ...env, [name]: "http://h:4318" }, {}, {}, true).warnings).toEqual([]);
    }
  });

  test.each(["127.0.0.1", "127.1.2.3", "localhost", "[::1]"])("but not listening on %s", (host) => {
    expect(load({ WEBSOCKET_HOST: host }).warnings).toEqual([]);
  });
});
