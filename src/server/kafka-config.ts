// From the option table to the settings of the Kafka connection.

import type { Config } from "../config/options.ts";
import type { KafkaSettings } from "../stream/kafka-settings.ts";

export function kafkaSettings(config: Config): KafkaSettings {
  return {
    brokers: config.kafkaBrokers,
    clientId: config.instanceId,
    securityProtocol: config.kafkaSecurityProtocol,
    saslMechanism: config.kafkaSaslMechanism,
    saslUsername: config.kafkaSaslUsername,
    saslPassword: config.kafkaSaslPassword,
    tlsCa: config.kafkaSslCaLocation?.pem ?? null,
    tlsCert: config.kafkaSslCertificateLocation?.pem ?? null,
    tlsKey: config.kafkaSslKeyLocation?.pem ?? null,
    tlsKeyPassword: config.kafkaSslKeyPassword,
    tlsEndpointAlgorithm: config.kafkaSslEndpointAlgorithm,
    operationTimeoutMs: config.kafkaOperationTimeoutSecs * 1000,
    metadataTimeoutMs: config.kafkaMetadataTimeoutSecs * 1000,
    addressFamily: config.kafkaBrokerAddressFamily,
  };
}
