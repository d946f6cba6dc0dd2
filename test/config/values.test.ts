import { describe, expect, test } from "bun:test";
import { OPTION_ENTRIES, type OptionKey } from "../../src/config/options.ts";
import { load, problemsOf } from "./load-config.ts";

const LONG = "x".repeat(1025);
const NOT_SECONDS = ["0", "-1", "1.5", "1e3", "5s", "five", "2147484", "99999999999999999999", "NaN"];
const NOT_SECONDS_NOR_ZERO = NOT_SECONDS.slice(1);
const NOT_A_HOST = ["host:80", "a b", "999.1.1.1", "[::1", "::g", "http://localhost", "-x"];
const NOT_A_PORT = ["-1", "65536", "80.5", "tcp://10.0.0.1:80", "http"];
const NOT_OTLP_ADDRESSES = [
  "http://jaeger:4317",
  "jaeger:4317",
  "jaeger:4318",
  "grpc://jaeger:4318",
  "http://",
  "http://user:hunter2@jaeger:4318",
  "http://jaeger:4318?x=1",
];
const NOT_BUCKETS = [
  ",",
  "1,,2",
  "1;2",
  "-1,1",
  "2,1",
  "1,1",
  "1,1.0",
  "1e3",
  "Infinity",
  "9".repeat(400),
  "NaN",
  "1,+Inf",
  "a",
  Array.from({ length: 101 }, (_, i) => i).join(","),
];
const NOT_A_COUNT = ["-1", "1.5", "0x10", "1,000", "Infinity", "1000000001"];

/** Texts that each option refuses. */
const WRONG: Readonly<Record<OptionKey, readonly string[]>> = {
  kafkaBrokers: [
    ",",
    "a b:1",
    "h:0",
    "h:65536",
    "h:port",
    "h:1:2",
    "http://h:1",
    "PLAINTEXT://h:9092",
    "::1:9092",
    "[::1",
    "[nonsense]:9092",
    "[127.0.0.1]:9092",
    "good:9092,bad:",
    ":9092",
  ],
  kafkaTopic: [".", "..", "a b", "a/b", "ä", "t".repeat(250)],
  kafkaGroupId: ["g".repeat(256)],
  kafkaGroupMode: ["replica", "per_replica", "true"],
  kafkaClusterId: [LONG],
  kafkaAutoOffsetReset: ["newest", "none", "0", "earliest,latest"],
  kafkaFetchMaxWaitMs: [...NOT_A_COUNT, "0", "1501"],
  kafkaOnDecodeError: ["stop", "true"],
  kafkaLagCheckIntervalSecs: NOT_SECONDS,
  kafkaLagStalePartitionSecs: NOT_SECONDS,
  kafkaOperationTimeoutSecs: NOT_SECONDS,
  kafkaMetadataTimeoutSecs: NOT_SECONDS,
  kafkaBrokerAddressFamily: ["4", "ipv4", "both"],
  kafkaSecurityProtocol: ["tls", "sasl", "sasl-ssl"],
  kafkaSaslMechanism: ["scram", "SCRAM-SHA-1", "none"],
  kafkaSaslUsername: [LONG],
  kafkaSaslPassword: [LONG],
  kafkaSslCaLocation: ["/missing.pem"],
  kafkaSslCertificateLocation: ["/missing.pem"],
  kafkaSslKeyLocation: ["/missing.pem"],
  kafkaSslKeyPassword: [LONG],
  kafkaSslEndpointAlgorithm: ["http", "false"],
  websocketMaxPayloadBytes: ["0", "-1", "1MiB", "2147483648"],
  schemaCompatibility: ["full", "none", "1"],
  sequenceGapPolicy: ["ignore", "WarnAndContinue"],
  sequenceReorderWindow: ["-1", "10001", "2s"],
  kafkaDlqTopic: ["a b", "."],
  maxConcurrentDlqSends: ["0", "100001", "many"],
  dlqSendTimeoutSecs: NOT_SECONDS,
  dlqFailClosed: ["closed", "2"],
  dlqIncludeFullPayload: ["2", "ja", "truefalse"],
  websocketHost: NOT_A_HOST,
  websocketPort: NOT_A_PORT,
  websocketAllowedOrigins: [
    "example.org",
    "ftp://example.org",
    "https://example.org/",
    "https://example.org/path",
    "https://",
    "https://a.org,b.org",
    "https://user@a.org",
    "*.example.org",
  ],
  websocketTrustedProxyIps: ["10.0.0.0/8", "proxy", "10.0.0.1;10.0.0.2", "10.0.0.256"],
  websocketMaxConnectionsPerIp: [...NOT_A_COUNT, "0"],
  websocketSendTimeoutSecs: NOT_SECONDS,
  websocketStallTimeoutSecs: NOT_SECONDS,
  websocketMaxClientLag: [...NOT_A_COUNT, "0"],
  slowClientDisconnectThreshold: NOT_A_COUNT,
  slowClientLagWindowSecs: NOT_SECONDS_NOR_ZERO,
  fanoutMaxWaitMs: ["-1", "60001", "250ms"],
  websocketBrowserBurst: [...NOT_A_COUNT, "0"],
  websocketBrowserRatePerSec: NOT_A_COUNT,
  expectedSchemasPath: [LONG],
  adminToken: [LONG],
  tenantRateLimitPerSec: ["0", "0.0", "-1", "1e3", ".5", "1,5", "Infinity", "NaN", "1000000001", "100/s"],
  tenantRateBurst: [...NOT_A_COUNT, "0"],
  tenantRateLimitsFile: ["/missing.json"],
  tenantRateLimitStore: ["memory", "true"],
  redisUrl: [
    "localhost:6379",
    "http://h:6379",
    "redis://",
    "redis://:6379",
    "redis://h:0",
    "redis://h:65536",
    "redis://h/x",
    "redis://h/0/1",
    "redis://h/12345678",
    "redis://h?db=1",
    "redis://h#0",
    "redis://us%zzer@h",
    "redis://[::g]",
    "/var/run/redis.sock",
  ],
  replayBufferMemorySize: ["0", "-1", "100000001"],
  replayBufferMemoryBytes: ["0", "64MiB", "2147483648"],
  replayTimeoutSecs: NOT_SECONDS,
  replayMaxTotal: NOT_A_COUNT,
  replayKafkaEnabled: ["maybe", "2"],
  replayKafkaMaxConcurrentReads: ["0", "101", "1.5"],
  replayKafkaMaxBytesPerSec: ["-1", "64MiB", "1000000000001"],
  replayCacheBytes: ["1048575", "32MiB", "2147483648"],
  redisMessageTtlSecs: NOT_SECONDS,
  redisMaxSequences: ["0", "-1", "100000001"],
  redisZcardCheckCadence: ["-1", "1000001", "often"],
  redisMaxConcurrentWrites: ["0", "10001", "all"],
  redisClearTimeoutSecs: NOT_SECONDS,
  metricsBindIp: NOT_A_HOST,
  metricsPort: NOT_A_PORT,
  healthBindIp: NOT_A_HOST,
  healthPort: NOT_A_PORT,
  prometheusSessionTimeoutSecs: NOT_SECONDS,
  prometheusMaxSessions: ["0", "-1", "10000001"],
  prometheusLatencyBucketsMs: NOT_BUCKETS,
  prometheusRetryBuckets: NOT_BUCKETS,
  prometheusQualityScoreBuckets: NOT_BUCKETS,
  prometheusSessionTurnBuckets: NOT_BUCKETS,
  prometheusDurationBucketsSeconds: NOT_BUCKETS,
  prometheusMetricsEndpointBuckets: NOT_BUCKETS,
  otelExporterOtlpEndpoint: NOT_OTLP_ADDRESSES,
  otelExporterOtlpTracesEndpoint: NOT_OTLP_ADDRESSES,
  otelExporterOtlpHeaders: ["x", "=1", "a b=1", "a=%", "a=%0A", "a=1,b", ","],
  otelTracesSamplerArg: ["-0.1", "1.01", "1e-2", "half", "0,5", "."],
  otelServiceName: ["s".repeat(256)],
  logLevel: ["verbose", "trace", "30"],
  logFile: [LONG],
  instanceId: ["i".repeat(256)],
  shutdownTimeoutSecs: NOT_SECONDS,
  demoSeconds: NOT_SECONDS_NOR_ZERO,
};

/** Texts that are accepted, with their value. */
const RIGHT: readonly (readonly [OptionKey, string, unknown])[] = [
  ["kafkaBrokers", "a:1, b.example_x:65535 ,,[::1]:9092", ["a:1", "b.example_x:65535", "[::1]:9092"]],
  ["kafkaBrokers", "kafka", ["kafka"]],
  ["kafkaBrokers", "[2001:db8::1]", ["[2001:db8::1]"]],
  ["kafkaAutoOffsetReset", "LATEST", "latest"],
  ["kafkaOnDecodeError", " Pause ", "pause"],
  ["sequenceReorderWindow", "0", 0],
  ["websocketPort", "0", 0],
  ["websocketHost", "[::1]", "::1"],
  ["websocketHost", "localhost", "localhost"],
  ["websocketTrustedProxyIps", "10.0.0.1, ::1,", ["10.0.0.1", "::1"]],
  ["websocketAllowedOrigins", "https://a.org,http://b:8080", ["https://a.org", "http://b:8080"]],
  ["websocketAllowedOrigins", "*", ["*"]],
  ["dlqFailClosed", "true", true],
  ["dlqIncludeFullPayload", "TRUE", true],
  ["dlqIncludeFullPayload", "1", true],
  ["dlqIncludeFullPayload", "off", false],
  ["slowClientLagWindowSecs", "0", 0],
  ["replayBufferMemorySize", "000100", 100],
  ["prometheusRetryBuckets", "0, 0.5 ,12", [0, 0.5, 12]],
  ["redisUrl", "redis://h", redis({ host: "h" })],
  ["redisUrl", "redis://10.0.0.1:7000/3", redis({ host: "10.0.0.1", port: 7000, database: 3 })],
  ["redisUrl", "rediss://[::1]:7000/", redis({ host: "::1", port: 7000, tls: true })],
  ["redisUrl", "redis://:p%40ss%3A@h", redis({ host: "h", password: "p@ss:" })],
  [
    "otelExporterOtlpEndpoint",
    "https://otlp.example.org:4318/tenant",
    "https://otlp.example.org:4318/tenant",
  ],
  ["otelExporterOtlpEndpoint", "http://[::1]:4318", "http://[::1]:4318"],
  [
    "otelExporterOtlpHeaders",
    "authorization=Basic%20YTpi, x-tenant=a=b ,",
    { authorization: "Basic YTpi", "x-tenant": "a=b" },
  ],
  ["otelTracesSamplerArg", "0", 0],
  ["otelTracesSamplerArg", ".25", 0.25],
  ["otelTracesSamplerArg", "1", 1],
  ["redisUrl", "redis://us%20er:p@h", redis({ host: "h", username: "us er", password: "p" })],
];

function redis(changes: object): object {
  return { host: "", port: 6379, database: 0, username: null, password: null, tls: false, ...changes };
}

function variableOf(key: OptionKey): string {
  return OPTION_ENTRIES.find(([candidate]) => candidate === key)?.[1].name ?? key;
}

describe("wrong values are refused by name, never replaced by the default", () => {
  const cases = OPTION_ENTRIES.flatMap(([key]) => WRONG[key].map((text) => [variableOf(key), text] as const));
  test.each(cases)("%s=%s", (name, text) => {
    const problems = problemsOf({ [name]: text }).filter((line) => line.startsWith(`${name} `));
    expect(problems).toEqual([
      expect.stringMatching(/^\S+ (is ".*"|has a value that is not shown), expected ./s),
    ]);
  });

  test("every option has a wrong value here", () => {
    expect(OPTION_ENTRIES.filter(([key]) => WRONG[key].length === 0)).toEqual([]);
  });
});

test.each(["http://jaeger:4317", "https://otlp.example.org:4317/v1/traces", "jaeger:4317"])(
  "%s is OTLP over gRPC, and the message says what to use instead",
  (address) => {
    for (const name of ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"]) {
      expect(problemsOf({ [name]: address })).toEqual([
        `${name} is "${address}", expected an address of OTLP over HTTP such as http://jaeger:4318 (port 4317 is OTLP over gRPC, which is not spoken here; over HTTP it is 4318)`,
      ]);
    }
  },
);

test("a rate may have a decimal point", () => {
  const { config } = load({ TENANT_RATE_LIMIT_PER_SEC: "0.25", TENANT_RATE_BURST: "7" });
  expect([config.tenantRateLimitPerSec, config.tenantRateBurst]).toEqual([0.25, 7]);
});

describe("right values", () => {
  test.each(RIGHT)("%s accepts %p", (key, text, value) => {
    expect(load({ [variableOf(key)]: text }).config[key]).toEqual(value as never);
  });
});
