import { describe, expect, test } from "bun:test";
import { OPTION_ENTRIES } from "../../src/config/options.ts";
import { problemText } from "../../src/config/problem.ts";
import { reservedSetting } from "../../src/config/reserved.ts";
import { codeAndMessage, load } from "./load-config.ts";

const warningsOf = (env: Readonly<Record<string, string>>) => load(env).warnings.map(problemText);

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
    ["DASHSTREAM_COLOUR", "DASHSTREAM_COLOUR is not a known setting"],
    ["REDIS_MESSAGE_TTL_SECS", /^REDIS_MESSAGE_TTL_SECS is not supported by this version and ignored: /],
    [
      "TENANT_RATE_LIMIT_PER_SECOND",
      "TENANT_RATE_LIMIT_PER_SECOND is not a known setting; did you mean TENANT_RATE_LIMIT_PER_SEC?",
    ],
    [
      "OTEL_EXPORTER_OTLP_ENDPOINT",
      /^OTEL_EXPORTER_OTLP_ENDPOINT is not supported by this version and ignored: /,
    ],
    ["KAFKA_GROUP_MODE", /^KAFKA_GROUP_MODE is not supported by this version and ignored: /],
    ["KAFKA_OLD_DATA_USE_TIMESTAMP", /^KAFKA_OLD_DATA_USE_TIMESTAMP no longer exists and is ignored: /],
    ["RUST_LOG", "RUST_LOG no longer exists and is ignored: use LOG_LEVEL"],
  ])("%s is a warning, and an error in a strict check", (name, expected) => {
    const warnings = warningsOf({ [name]: "true" });
    expect(warnings).toEqual([expected instanceof RegExp ? expect.stringMatching(expected) : expected]);
    expect(codeAndMessage({ [name]: "true" }, {}, {}, true)).toEqual(["config_invalid", warnings[0] ?? ""]);
  });

  test.each([
    ["asks for what happens anyway", { KAFKA_GROUP_MODE: "shared" }],
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

  test("do not show their value, which may be a secret put under a wrong name", () => {
    expect(
      warningsOf({ KAFKA_SASL_PASSWD: "hunter2", REDIS_URL: "redis://:hunter2@h" }).join(),
    ).not.toContain("hunter2");
  });

  test("are never options of the table", () => {
    const names = OPTION_ENTRIES.flatMap(([, option]) => option.env);
    expect(names.filter((name) => reservedSetting(name) !== null)).toEqual([]);
  });
});
