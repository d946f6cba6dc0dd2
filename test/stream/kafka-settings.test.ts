import { describe, expect, test } from "bun:test";
import { DashstreamError } from "../../src/errors.ts";
import {
  addressFamilyOf,
  checkKafkaSettings,
  DEFAULT_KAFKA_SETTINGS,
  type KafkaSettings,
  parseBroker,
  saslOf,
  tlsOf,
} from "../../src/stream/kafka-settings.ts";

const settings = (changes: Partial<KafkaSettings>): KafkaSettings => ({
  ...DEFAULT_KAFKA_SETTINGS,
  ...changes,
});
const login = { saslUsername: "u", saslPassword: "p" };

function refusal(changes: Partial<KafkaSettings>): string {
  try {
    checkKafkaSettings(settings(changes));
  } catch (error) {
    if (error instanceof DashstreamError && error.code === "config_invalid") return error.message;
    throw error;
  }
  return "accepted";
}

describe("contradictions are refused, naming the variable", () => {
  test.each([
    [{ brokers: [] }, "KAFKA_BROKERS is empty"],
    [{ brokers: ["a:0"] }, 'KAFKA_BROKERS has "a:0"'],
    [{ brokers: ["a:99999"] }, 'KAFKA_BROKERS has "a:99999"'],
    [{ brokers: ["http://a:9092"] }, 'KAFKA_BROKERS has "http://a:9092"'],
    [{ brokers: ["::1:9092"] }, 'KAFKA_BROKERS has "::1:9092"'],
    [{ securityProtocol: "sasl_ssl" }, "KAFKA_SASL_MECHANISM is not set"],
    [{ securityProtocol: "sasl_ssl", saslMechanism: "PLAIN" }, "KAFKA_SASL_USERNAME is not set"],
    [
      { securityProtocol: "sasl_plaintext", saslMechanism: "PLAIN", saslUsername: "u" },
      "KAFKA_SASL_PASSWORD is not set",
    ],
    [{ securityProtocol: "sasl_ssl", saslMechanism: "GSSAPI", ...login }, "GSSAPI, which is not supported"],
    [{ securityProtocol: "ssl", saslMechanism: "PLAIN", ...login }, "KAFKA_SECURITY_PROTOCOL is ssl"],
    [{ tlsCa: "pem" }, "KAFKA_SSL_CA_LOCATION is set but KAFKA_SECURITY_PROTOCOL is plaintext"],
    [{ securityProtocol: "ssl", tlsCert: "pem" }, "KAFKA_SSL_KEY_LOCATION is not"],
    [{ securityProtocol: "ssl", tlsKey: "pem" }, "KAFKA_SSL_CERTIFICATE_LOCATION is not"],
    [{ securityProtocol: "ssl", tlsKeyPassword: "x" }, "KAFKA_SSL_KEY_PASSWORD is set"],
  ] as [Partial<KafkaSettings>, string][])("%j", (changes, message) => {
    expect(refusal(changes)).toContain(message);
  });

  test("and a password is in no message", () => {
    const all = refusal({
      securityProtocol: "ssl",
      saslMechanism: "PLAIN",
      saslUsername: "u",
      saslPassword: "hush",
    });
    expect(all).not.toContain("hush");
  });
});

describe("what fits together is accepted", () => {
  test.each([
    [{}],
    [{ brokers: ["kafka", "10.0.0.1:1", "[::1]:9092"] }],
    [{ securityProtocol: "sasl_ssl", saslMechanism: "SCRAM-SHA-512", ...login, tlsCa: "pem" }],
    [{ securityProtocol: "ssl", tlsCert: "c", tlsKey: "k", tlsKeyPassword: "x" }],
  ] as [Partial<KafkaSettings>][])("%j", (changes) => {
    expect(refusal(changes)).toBe("accepted");
  });
});

test("a broker without a port has Kafka's, and an IPv6 address stands in brackets", () => {
  expect(parseBroker("kafka")).toEqual({ host: "kafka", port: 9092 });
  expect(parseBroker(" kafka:19092 ")).toEqual({ host: "kafka", port: 19092 });
  expect(parseBroker("[2001:db8::1]:1")).toEqual({ host: "2001:db8::1", port: 1 });
});

test("the login is handed on in the client library's names, and only if Kafka asks for one", () => {
  const scram = settings({ securityProtocol: "sasl_ssl", saslMechanism: "SCRAM-SHA-256", ...login });
  expect(saslOf(scram)).toEqual({ mechanism: "scram-sha-256", username: "u", password: "p" });
  expect(saslOf(settings({}))).toBeNull();
});

test("TLS names the host unless it is an address, and checks the certificate's name unless told not to", () => {
  expect(tlsOf(settings({}), "kafka")).toBeNull();
  const tls = settings({
    securityProtocol: "ssl",
    tlsCa: "ca",
    tlsCert: "c",
    tlsKey: "k",
    tlsKeyPassword: "x",
  });
  expect(tlsOf(tls, "kafka")).toEqual({
    servername: "kafka",
    ca: "ca",
    cert: "c",
    key: "k",
    passphrase: "x",
  });
  expect(tlsOf(tls, "10.0.0.1")).not.toHaveProperty("servername");
  const lenient = tlsOf({ ...tls, tlsEndpointAlgorithm: "none" }, "kafka");
  expect(lenient?.checkServerIdentity?.("other", {} as never)).toBeUndefined();
});

test("brokers on this machine are dialled by IPv4, because that is where they listen", () => {
  expect(addressFamilyOf(settings({ brokers: ["kafka:1", "localhost:2"] }))).toBe(4);
  expect(addressFamilyOf(settings({ brokers: ["127.0.0.1"] }))).toBe(4);
  expect(addressFamilyOf(settings({ brokers: ["kafka"] }))).toBeUndefined();
  expect(addressFamilyOf(settings({ brokers: ["localhost"], addressFamily: "any" }))).toBeUndefined();
  expect(addressFamilyOf(settings({ brokers: ["kafka"], addressFamily: "v6" }))).toBe(6);
});
