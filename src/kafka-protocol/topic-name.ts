// Which names topics can have. Kafka refuses to speak of others, and the protocol cannot even carry all of them.

const LEGAL_NAME = /^[a-zA-Z0-9._-]{1,249}$/;

/** Kafka's own rule (`org.apache.kafka.common.internals.Topic`). */
export function isLegalTopicName(name: string): boolean {
  return LEGAL_NAME.test(name) && name !== "." && name !== "..";
}
