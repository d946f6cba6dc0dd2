// How to reach Kafka: typed settings, checked for contradictions before anything dials, so that a wrong setting
// is one clear message at start and not an endless retry.

import { isIP } from "node:net";
import type { ConnectionOptions } from "node:tls";
import type { SASLOptions } from "kafkajs";
import { DashstreamError } from "../errors.ts";

export type SecurityProtocol = "plaintext" | "ssl" | "sasl_plaintext" | "sasl_ssl";

/** Mechanisms that Kafka knows; the last two are refused with a message, because the client cannot speak them. */
export type SaslMechanism = "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512" | "GSSAPI" | "OAUTHBEARER";

export type AddressFamily = "v4" | "v6" | "any";

/** Settings of one Kafka cluster, as the `KAFKA_*` variables give them. `null` = not set. */
export interface KafkaSettings {
  /** `host`, `host:port` or `[v6 address]:port`; the default port is 9092. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly securityProtocol: SecurityProtocol;
  readonly saslMechanism: SaslMechanism | null;
  readonly saslUsername: string | null;
  readonly saslPassword: string | null;
  /** PEM texts, not file names. */
  readonly tlsCa: string | null;
  readonly tlsCert: string | null;
  readonly tlsKey: string | null;
  readonly tlsKeyPassword: string | null;
  /** `none` skips the check that the certificate names the host. */
  readonly tlsEndpointAlgorithm: "https" | "none";
  /** Milliseconds that Kafka may take to answer a request. */
  readonly operationTimeoutMs: number;
  /** Milliseconds that looking up topics and offsets may take. */
  readonly metadataTimeoutMs: number;
  /** `null` = v4 if a broker is this machine, else any. */
  readonly addressFamily: AddressFamily | null;
}

/** Plaintext on this machine, with the default time limits. */
export const DEFAULT_KAFKA_SETTINGS: KafkaSettings = {
  brokers: ["127.0.0.1:9092"],
  clientId: "dashstream",
  securityProtocol: "plaintext",
  saslMechanism: null,
  saslUsername: null,
  saslPassword: null,
  tlsCa: null,
  tlsCert: null,
  tlsKey: null,
  tlsKeyPassword: null,
  tlsEndpointAlgorithm: "https",
  operationTimeoutMs: 30_000,
  metadataTimeoutMs: 30_000,
  addressFamily: null,
};

export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

const DEFAULT_PORT = 9092;

/** @throws DashstreamError `config_invalid` */
export function parseBroker(text: string): BrokerAddress {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]/]+))(?::(\d{1,5}))?$/.exec(text.trim());
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3] ?? DEFAULT_PORT);
  if (host === undefined || port < 1 || port > 65_535) {
    throw invalid(`KAFKA_BROKERS has "${text}", expected host:port or [IPv6 address]:port`);
  }
  return { host, port };
}

/**
 * Refuses settings that contradict each other.
 * @throws DashstreamError `config_invalid`, naming the variable
 */
export function checkKafkaSettings(settings: KafkaSettings): void {
  if (settings.brokers.length === 0) throw invalid("KAFKA_BROKERS is empty, expected at least one host:port");
  for (const broker of settings.brokers) parseBroker(broker);
  checkSasl(settings);
  checkTls(settings);
}

function checkSasl(settings: KafkaSettings): void {
  const { securityProtocol, saslMechanism, saslUsername, saslPassword } = settings;
  if (!usesSasl(settings)) {
    if (saslMechanism !== null) {
      throw invalid(
        `KAFKA_SASL_MECHANISM is ${saslMechanism} but KAFKA_SECURITY_PROTOCOL is ${securityProtocol}, expected sasl_plaintext or sasl_ssl`,
      );
    }
    return;
  }
  if (saslMechanism === null) {
    throw invalid(
      `KAFKA_SECURITY_PROTOCOL is ${securityProtocol} but KAFKA_SASL_MECHANISM is not set, expected PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512`,
    );
  }
  if (saslMechanism === "GSSAPI" || saslMechanism === "OAUTHBEARER") {
    throw invalid(
      `KAFKA_SASL_MECHANISM is ${saslMechanism}, which is not supported; expected PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512`,
    );
  }
  if (!saslUsername) throw invalid(`KAFKA_SASL_USERNAME is not set, ${saslMechanism} needs it`);
  if (!saslPassword) throw invalid(`KAFKA_SASL_PASSWORD is not set, ${saslMechanism} needs it`);
}

function checkTls(settings: KafkaSettings): void {
  const { securityProtocol, tlsCa, tlsCert, tlsKey, tlsKeyPassword } = settings;
  const given = Object.entries({
    KAFKA_SSL_CA_LOCATION: tlsCa,
    KAFKA_SSL_CERTIFICATE_LOCATION: tlsCert,
    KAFKA_SSL_KEY_LOCATION: tlsKey,
  }).find(([, value]) => value !== null)?.[0];
  if (!usesTls(settings) && given !== undefined) {
    throw invalid(
      `${given} is set but KAFKA_SECURITY_PROTOCOL is ${securityProtocol}, expected ssl or sasl_ssl`,
    );
  }
  if (tlsCert !== null && tlsKey === null) {
    throw invalid(
      "KAFKA_SSL_CERTIFICATE_LOCATION is set but KAFKA_SSL_KEY_LOCATION is not, expected both or none",
    );
  }
  if (tlsKey !== null && tlsCert === null) {
    throw invalid(
      "KAFKA_SSL_KEY_LOCATION is set but KAFKA_SSL_CERTIFICATE_LOCATION is not, expected both or none",
    );
  }
  if (tlsKeyPassword !== null && tlsKey === null) {
    throw invalid("KAFKA_SSL_KEY_PASSWORD is set but KAFKA_SSL_KEY_LOCATION is not");
  }
}

function usesSasl({ securityProtocol }: KafkaSettings): boolean {
  return securityProtocol === "sasl_plaintext" || securityProtocol === "sasl_ssl";
}

function usesTls({ securityProtocol }: KafkaSettings): boolean {
  return securityProtocol === "ssl" || securityProtocol === "sasl_ssl";
}

/** The login for kafkajs, or `null` if Kafka asks for none. */
export function saslOf(settings: KafkaSettings): SASLOptions | null {
  if (!usesSasl(settings)) return null;
  const credentials = { username: settings.saslUsername ?? "", password: settings.saslPassword ?? "" };
  switch (settings.saslMechanism) {
    case "PLAIN":
      return { mechanism: "plain", ...credentials };
    case "SCRAM-SHA-256":
      return { mechanism: "scram-sha-256", ...credentials };
    case "SCRAM-SHA-512":
      return { mechanism: "scram-sha-512", ...credentials };
    default:
      throw invalid(`KAFKA_SASL_MECHANISM is ${settings.saslMechanism}, which is not supported`);
  }
}

/** The TLS options for a connection to `host`, or `null` without TLS. */
export function tlsOf(settings: KafkaSettings, host: string): ConnectionOptions | null {
  if (!usesTls(settings)) return null;
  return {
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(settings.tlsCa === null ? {} : { ca: settings.tlsCa }),
    ...(settings.tlsCert === null ? {} : { cert: settings.tlsCert }),
    ...(settings.tlsKey === null ? {} : { key: settings.tlsKey }),
    ...(settings.tlsKeyPassword === null ? {} : { passphrase: settings.tlsKeyPassword }),
    ...(settings.tlsEndpointAlgorithm === "none" ? { checkServerIdentity: () => undefined } : {}),
  };
}

/** The IP version to dial with; `undefined` leaves it to the resolver. */
export function addressFamilyOf(settings: KafkaSettings): 4 | 6 | undefined {
  switch (settings.addressFamily) {
    case "v4":
      return 4;
    case "v6":
      return 6;
    case "any":
      return undefined;
    case null:
      return settings.brokers.some((broker) => isThisMachine(parseBroker(broker).host)) ? 4 : undefined;
  }
}

function isThisMachine(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}

function invalid(message: string): DashstreamError {
  return new DashstreamError("config_invalid", message);
}
