// Settings that are fine each by itself and wrong together, and settings that are allowed and worth a warning.

import type { Config, OptionKey } from "./options.ts";
import type { Problem } from "./problem.ts";
import { replicaGroupId } from "./replica-group.ts";

/** A check over several options. It is left out where one of them has a problem of its own or is not of the command. */
export interface CrossCheck {
  readonly reads: readonly OptionKey[];
  /** The problem, or `null`. `isGiven` tells whether an option was set at all. */
  readonly find: (config: Config, isGiven: (key: OptionKey) => boolean) => Problem | null;
}

const usesSasl = ({ kafkaSecurityProtocol: protocol }: Config) =>
  protocol === "sasl_plaintext" || protocol === "sasl_ssl";
const usesTls = ({ kafkaSecurityProtocol: protocol }: Config) =>
  protocol === "ssl" || protocol === "sasl_ssl";

/** An option that must be set where the connection logs in, and only there. */
function loginSetting(key: OptionKey, field: string, expected: string): CrossCheck {
  return {
    reads: ["kafkaSecurityProtocol", key],
    find(config, isGiven) {
      const protocol = config.kafkaSecurityProtocol;
      if (usesSasl(config) && config[key] === null) {
        return {
          field,
          message: `is not set but KAFKA_SECURITY_PROTOCOL is ${protocol}, expected ${expected}`,
        };
      }
      if (!usesSasl(config) && isGiven(key)) {
        return {
          field,
          message: `is set but KAFKA_SECURITY_PROTOCOL is ${protocol}, expected sasl_plaintext or sasl_ssl`,
        };
      }
      return null;
    },
  };
}

/** An option that means nothing without TLS. */
function tlsSetting(key: OptionKey, field: string): CrossCheck {
  return {
    reads: ["kafkaSecurityProtocol", key],
    find: (config, isGiven) =>
      isGiven(key) && !usesTls(config)
        ? {
            field,
            message: `is set but KAFKA_SECURITY_PROTOCOL is ${config.kafkaSecurityProtocol}, expected ssl or sasl_ssl`,
          }
        : null,
  };
}

/** An option that means nothing without another. */
function needs(key: OptionKey, field: string, otherKey: OptionKey, otherField: string): CrossCheck {
  return {
    reads: [key, otherKey],
    find: (config) =>
      config[key] !== null && config[otherKey] === null
        ? { field, message: `is set but ${otherField} is not, expected both` }
        : null,
  };
}

/** An option that means nothing without limits per tenant. */
function limitSetting(key: OptionKey, field: string): CrossCheck {
  return {
    reads: ["tenantRateLimitPerSec", key],
    find: ({ tenantRateLimitPerSec }, isGiven) =>
      isGiven(key) && tenantRateLimitPerSec === null
        ? { field, message: "is set but TENANT_RATE_LIMIT_PER_SEC is not, expected both" }
        : null,
  };
}

/** As in names of topics: what tools and metrics of Kafka take without quoting. */
const GROUP_NAME_PART = /^[A-Za-z0-9._-]+$/;
const MAX_GROUP_NAME_LENGTH = 255;

const KEY = "KAFKA_SSL_KEY_LOCATION";
const CERTIFICATE = "KAFKA_SSL_CERTIFICATE_LOCATION";

/** What a value may have besides its payload: the framing byte, and the content size that re-framing adds. */
const FRAMING_BYTES = 16;

/** Each found one refuses the configuration. */
export const CONTRADICTIONS: readonly CrossCheck[] = [
  {
    reads: ["kafkaSaslMechanism"],
    find: ({ kafkaSaslMechanism: mechanism }) =>
      mechanism === "GSSAPI" || mechanism === "OAUTHBEARER"
        ? {
            field: "KAFKA_SASL_MECHANISM",
            message: `is ${mechanism}, which the Kafka client cannot speak here (${mechanism === "GSSAPI" ? "it needs Kerberos" : "it needs a token provider"}), expected PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512`,
          }
        : null,
  },
  loginSetting("kafkaSaslMechanism", "KAFKA_SASL_MECHANISM", "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512"),
  loginSetting("kafkaSaslUsername", "KAFKA_SASL_USERNAME", "a user name"),
  loginSetting("kafkaSaslPassword", "KAFKA_SASL_PASSWORD", "a password, better as KAFKA_SASL_PASSWORD_FILE"),
  tlsSetting("kafkaSslCaLocation", "KAFKA_SSL_CA_LOCATION"),
  tlsSetting("kafkaSslCertificateLocation", CERTIFICATE),
  tlsSetting("kafkaSslKeyLocation", KEY),
  needs("kafkaSslCertificateLocation", CERTIFICATE, "kafkaSslKeyLocation", KEY),
  needs("kafkaSslKeyLocation", KEY, "kafkaSslCertificateLocation", CERTIFICATE),
  needs("kafkaSslKeyPassword", "KAFKA_SSL_KEY_PASSWORD", "kafkaSslKeyLocation", KEY),
  {
    reads: ["kafkaTopic", "kafkaDlqTopic"],
    find: ({ kafkaTopic, kafkaDlqTopic }) =>
      kafkaTopic === kafkaDlqTopic
        ? {
            field: "KAFKA_DLQ_TOPIC",
            message: `is ${kafkaDlqTopic}, the same as KAFKA_TOPIC: dead letters would be read as telemetry; expected another topic`,
          }
        : null,
  },
  {
    reads: ["sequenceGapPolicy", "sequenceReorderWindow"],
    find: ({ sequenceGapPolicy, sequenceReorderWindow }) =>
      sequenceGapPolicy === "halt" && sequenceReorderWindow > 0
        ? {
            field: "SEQUENCE_REORDER_WINDOW",
            message: `is ${sequenceReorderWindow} but SEQUENCE_GAP_POLICY is halt, which stops at the first missing number; expected 0`,
          }
        : null,
  },
  {
    reads: ["kafkaGroupMode", "instanceId"],
    find: ({ kafkaGroupMode, instanceId }) =>
      kafkaGroupMode === "per-replica" && !GROUP_NAME_PART.test(instanceId)
        ? {
            field: "INSTANCE_ID",
            message: `is ${JSON.stringify(instanceId)} but KAFKA_GROUP_MODE is per-replica, which names a consumer group after it; expected letters, digits, ".", "_" and "-"`,
          }
        : null,
  },
  {
    reads: ["kafkaGroupMode", "kafkaGroupId", "instanceId"],
    find: ({ kafkaGroupMode, kafkaGroupId, instanceId }) =>
      kafkaGroupMode === "per-replica" &&
      replicaGroupId(kafkaGroupId, instanceId).length > MAX_GROUP_NAME_LENGTH
        ? {
            field: "INSTANCE_ID",
            message: `makes the consumer group ${replicaGroupId(kafkaGroupId, instanceId)}, expected at most ${MAX_GROUP_NAME_LENGTH} characters together with KAFKA_GROUP_ID`,
          }
        : null,
  },
  {
    reads: ["kafkaGroupMode", "tenantRateLimitStore"],
    find: ({ kafkaGroupMode, tenantRateLimitStore }) =>
      kafkaGroupMode === "per-replica" && tenantRateLimitStore === "redis"
        ? {
            field: "TENANT_RATE_LIMIT_STORE",
            message:
              "is redis but KAFKA_GROUP_MODE is per-replica: every server reads every record, so each would take the tokens of all; expected local",
          }
        : null,
  },
  limitSetting("tenantRateBurst", "TENANT_RATE_BURST"),
  limitSetting("tenantRateLimitsFile", "TENANT_RATE_LIMITS_FILE"),
  limitSetting("tenantRateLimitStore", "TENANT_RATE_LIMIT_STORE"),
  {
    reads: ["tenantRateLimitStore", "redisUrl"],
    find: ({ tenantRateLimitStore, redisUrl }) =>
      tenantRateLimitStore === "redis" && redisUrl === null
        ? { field: "REDIS_URL", message: "is not set but TENANT_RATE_LIMIT_STORE is redis, expected both" }
        : null,
  },
  {
    reads: ["replayBufferMemoryBytes", "websocketMaxPayloadBytes"],
    find: ({ replayBufferMemoryBytes, websocketMaxPayloadBytes }) =>
      replayBufferMemoryBytes < websocketMaxPayloadBytes + FRAMING_BYTES
        ? {
            field: "REPLAY_BUFFER_MEMORY_BYTES",
            message: `is ${replayBufferMemoryBytes}, too small for one record of WEBSOCKET_MAX_PAYLOAD_BYTES (${websocketMaxPayloadBytes}), expected at least ${websocketMaxPayloadBytes + FRAMING_BYTES}`,
          }
        : null,
  },
];

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

interface Advice extends CrossCheck {
  readonly refusedIfStrict?: true;
}

/** An option that means nothing without Redis. */
function replaySetting(key: OptionKey, field: string): Advice {
  return {
    reads: ["redisUrl", key],
    refusedIfStrict: true,
    find: ({ redisUrl }, isGiven) =>
      isGiven(key) && redisUrl === null
        ? { field, message: "is set but REDIS_URL is not: there is no replay in Redis" }
        : null,
  };
}

/** An option that means nothing without a collector of traces. */
function traceSetting(key: OptionKey, field: string): Advice {
  return {
    reads: ["otelExporterOtlpEndpoint", "otelExporterOtlpTracesEndpoint", key],
    refusedIfStrict: true,
    find: ({ otelExporterOtlpEndpoint, otelExporterOtlpTracesEndpoint }, isGiven) =>
      isGiven(key) && otelExporterOtlpEndpoint === null && otelExporterOtlpTracesEndpoint === null
        ? { field, message: "is set but OTEL_EXPORTER_OTLP_ENDPOINT is not: there is no tracing" }
        : null,
  };
}

/** Each found one is a warning; what has no effect at all is refused in a strict check. */
export const ADVICE: readonly Advice[] = [
  replaySetting("redisMessageTtlSecs", "REDIS_MESSAGE_TTL_SECS"),
  replaySetting("redisMaxSequences", "REDIS_MAX_SEQUENCES"),
  replaySetting("redisZcardCheckCadence", "REDIS_ZCARD_CHECK_CADENCE"),
  replaySetting("redisMaxConcurrentWrites", "REDIS_MAX_CONCURRENT_WRITES"),
  replaySetting("redisClearTimeoutSecs", "REDIS_CLEAR_TIMEOUT_SECS"),
  traceSetting("otelExporterOtlpHeaders", "OTEL_EXPORTER_OTLP_HEADERS"),
  traceSetting("otelTracesSamplerArg", "OTEL_TRACES_SAMPLER_ARG"),
  traceSetting("otelServiceName", "OTEL_SERVICE_NAME"),
  {
    reads: ["kafkaGroupMode", "kafkaOnDecodeError"],
    find: ({ kafkaGroupMode, kafkaOnDecodeError }) =>
      kafkaGroupMode === "per-replica" && kafkaOnDecodeError === "pause"
        ? {
            field: "KAFKA_ON_DECODE_ERROR",
            message:
              "is pause but KAFKA_GROUP_MODE is per-replica: every server pauses by itself, and has to be resumed by itself",
          }
        : null,
  },
  {
    reads: ["kafkaGroupMode", "sequenceGapPolicy"],
    find: ({ kafkaGroupMode, sequenceGapPolicy }) =>
      kafkaGroupMode === "per-replica" && sequenceGapPolicy === "halt"
        ? {
            field: "SEQUENCE_GAP_POLICY",
            message:
              "is halt but KAFKA_GROUP_MODE is per-replica: every server halts a thread by itself, and it has to be reset on each",
          }
        : null,
  },
  {
    reads: ["websocketHost"],
    find: ({ websocketHost }) =>
      isLoopback(websocketHost)
        ? null
        : {
            field: "WEBSOCKET_HOST",
            message: `is ${websocketHost}: all who can connect to it can read the stream, there is no login for readers`,
          },
  },
  {
    reads: ["kafkaSecurityProtocol"],
    find: ({ kafkaSecurityProtocol }) =>
      kafkaSecurityProtocol === "sasl_plaintext"
        ? {
            field: "KAFKA_SECURITY_PROTOCOL",
            message: "is sasl_plaintext: the login and the records are not encrypted",
          }
        : null,
  },
];
