import { describe, expect, test } from "bun:test";
import { OPTION_ENTRIES } from "../../src/config/options.ts";
import { configJson, configText } from "../../src/config/print.ts";
import { load } from "./load-config.ts";

const { settings } = load(
  {
    KAFKA_TOPIC: "t",
    KAFKA_SECURITY_PROTOCOL: "sasl_ssl",
    KAFKA_SASL_MECHANISM: "PLAIN",
    KAFKA_SASL_USERNAME: "u",
    ADMIN_TOKEN: "hunter2",
  },
  { kafkaGroupId: "g", kafkaSaslPasswordFile: "/run/p" },
  { "/run/p": "hunter3" },
);

describe("the configuration as text", () => {
  const lines = configText(settings).trimEnd().split("\n");
  const columns = (name: string) => lines.find((line) => line.startsWith(`${name} `))?.split(/ {2,}/);

  test.each([
    ["KAFKA_TOPIC", "t", "KAFKA_TOPIC"],
    ["KAFKA_GROUP_ID", "g", "--kafka-group-id"],
    ["KAFKA_DLQ_TOPIC", "t-dlq", "default"],
    ["KAFKA_CLUSTER_ID", "(not set)", "default"],
    ["KAFKA_SASL_PASSWORD", "(set, not shown)", "--kafka-sasl-password-file (/run/p)"],
    ["ADMIN_TOKEN", "(set, not shown)", "ADMIN_TOKEN"],
    ["KAFKA_SSL_KEY_PASSWORD", "(not set)", "default"],
  ])("has %s as %s from %s", (name, value, origin) => {
    expect(columns(name)).toEqual([name, value, origin]);
  });

  test("has a line for every option, with the origins in one column", () => {
    expect(lines.length).toBe(OPTION_ENTRIES.length);
    const starts = lines.map((line) => line.search(/(?<= {2})\S+( \(\/run\/p\))?$/));
    expect(new Set(starts).size).toBe(1);
  });
});

test("the configuration as JSON has value and origin by variable", () => {
  const json = JSON.parse(configJson(settings));
  expect(Object.keys(json)).toEqual(OPTION_ENTRIES.map(([, option]) => option.name));
  expect(json).toMatchObject({
    KAFKA_TOPIC: { value: "t", origin: { from: "env", name: "KAFKA_TOPIC" } },
    WEBSOCKET_PORT: { value: "3002", origin: { from: "default" } },
    KAFKA_CLUSTER_ID: { value: null, origin: { from: "default" } },
    ADMIN_TOKEN: { value: "(set, not shown)", secret: true },
    KAFKA_SASL_PASSWORD: { origin: { from: "file", name: "--kafka-sasl-password-file", path: "/run/p" } },
  });
});

test("neither shows a secret", () => {
  expect(configText(settings) + configJson(settings)).not.toMatch(/hunter/);
});
