// Options of logging in to Kafka and of TLS.

import { choice, pemFile, text } from "../kind.ts";
import { option } from "../option.ts";
import { CONNECTING } from "./kafka.ts";

export const KAFKA_SECURITY_OPTIONS = {
  kafkaSecurityProtocol: option({
    env: ["KAFKA_SECURITY_PROTOCOL"],
    kind: choice("plaintext", "ssl", "sasl_plaintext", "sasl_ssl"),
    default: "plaintext",
    help: "Whether the connection is encrypted (ssl) and whether it logs in (sasl).",
    commands: CONNECTING,
  }),
  kafkaSaslMechanism: option({
    env: ["KAFKA_SASL_MECHANISM"],
    kind: choice("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "GSSAPI", "OAUTHBEARER"),
    default: null,
    help: "How to log in. GSSAPI and OAUTHBEARER are refused with a message: the Kafka client cannot speak them.",
    commands: CONNECTING,
  }),
  kafkaSaslUsername: option({
    env: ["KAFKA_SASL_USERNAME"],
    kind: text("a user name"),
    default: null,
    help: "User name of the login.",
    commands: CONNECTING,
  }),
  kafkaSaslPassword: option({
    env: ["KAFKA_SASL_PASSWORD"],
    kind: text("a password"),
    default: null,
    help: "Password of the login.",
    secret: true,
    commands: CONNECTING,
  }),
  kafkaSslCaLocation: option({
    env: ["KAFKA_SSL_CA_LOCATION"],
    kind: pemFile(),
    default: null,
    help: "Certificates of the authorities that may sign a broker's certificate. Not set: those of the runtime.",
    commands: CONNECTING,
  }),
  kafkaSslCertificateLocation: option({
    env: ["KAFKA_SSL_CERTIFICATE_LOCATION"],
    kind: pemFile(),
    default: null,
    help: "Our own certificate, where brokers ask for one.",
    commands: CONNECTING,
  }),
  kafkaSslKeyLocation: option({
    env: ["KAFKA_SSL_KEY_LOCATION"],
    kind: pemFile(),
    default: null,
    help: "The private key of our own certificate.",
    commands: CONNECTING,
  }),
  kafkaSslKeyPassword: option({
    env: ["KAFKA_SSL_KEY_PASSWORD"],
    kind: text("a password"),
    default: null,
    help: "Password of an encrypted private key.",
    secret: true,
    commands: CONNECTING,
  }),
  kafkaSslEndpointAlgorithm: option({
    env: ["KAFKA_SSL_ENDPOINT_ALGORITHM"],
    kind: choice("https", "none"),
    default: "https",
    help: "Whether a broker's certificate must name its host; none skips the check.",
    commands: CONNECTING,
  }),
};
