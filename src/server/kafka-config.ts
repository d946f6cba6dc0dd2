// From the option table to the settings of the Kafka connection, of reading from it, and of dead letters.

import type { Config } from "../config/options.ts";
import { replicaGroupId } from "../config/replica-group.ts";
import type { DlqHandlerOptions } from "../stream/dlq-handler.ts";
import type { GroupConsumerOptions } from "../stream/group-consumer.ts";
import type { KafkaSettings } from "../stream/kafka-settings.ts";

/** How to reach Kafka. */
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

/** Which topic is read, in which group, where that begins, and how patiently. */
export function readingSettings(
  config: Config,
): Pick<GroupConsumerOptions, "settings" | "topic" | "groupId" | "autoOffsetReset" | "fetchMaxWaitMs"> {
  return {
    settings: kafkaSettings(config),
    topic: config.kafkaTopic,
    groupId: config.kafkaGroupId,
    autoOffsetReset: config.kafkaAutoOffsetReset,
    fetchMaxWaitMs: config.kafkaFetchMaxWaitMs,
  };
}

/**
 * The same for what clients are sent. Under `per-replica` the server reads everything in a group of its own, which
 * begins where the group of all stands.
 */
export function deliveringSettings(
  config: Config,
): ReturnType<typeof readingSettings> & Pick<GroupConsumerOptions, "fallbackGroupId"> {
  const shared = readingSettings(config);
  if (config.kafkaGroupMode === "shared") return shared;
  const { kafkaGroupId, instanceId } = config;
  return {
    ...shared,
    groupId: replicaGroupId(kafkaGroupId, instanceId),
    fallbackGroupId: kafkaGroupId,
  };
}

/** Where dead letters go, what they say, and how they are sent. */
export function deadLetterSettings(
  config: Config,
): Required<
  Pick<DlqHandlerOptions, "settings" | "topic" | "origin" | "mode" | "maxInFlight" | "sendTimeoutMs">
> {
  return {
    settings: kafkaSettings(config),
    topic: config.kafkaDlqTopic,
    origin: {
      topic: config.kafkaTopic,
      groupId: config.kafkaGroupId,
      consumerId: config.instanceId,
      includePayload: config.dlqIncludeFullPayload,
    },
    mode: config.dlqFailClosed ? "fail_closed" : "fail_open",
    maxInFlight: config.maxConcurrentDlqSends,
    sendTimeoutMs: config.dlqSendTimeoutSecs * 1000,
  };
}
