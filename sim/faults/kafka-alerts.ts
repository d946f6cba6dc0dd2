// The alerts of a Kafka that cannot be talked to, lowest tier first.

/** Attempts fail, and components go on by what they know. */
export const KAFKA_ERRORS = [
  "KafkaInfraErrorsDetected",
  "KafkaInfraErrorsHigh",
  "KafkaInfraErrorsCritical",
] as const;

/** Nobody gets through to it. */
export const KAFKA_DOWN = ["ServiceDown", ...KAFKA_ERRORS] as const;
