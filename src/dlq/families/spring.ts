// Dead letters of Spring Kafka (`DeadLetterPublishingRecoverer`): the bad record as it was, its headers too, and
// headers that tell the error. Partition, offset and timestamp are big-endian integers of 4, 8 and 8 bytes. An error
// of the key has headers of its own names.
// Source: KafkaHeaders, DeadLetterPublishingRecoverer, SerializationUtils and RetryTopicHeaders of Spring Kafka.

import { headerText, lastHeader, type StoredRecord } from "../stored-record.ts";
import { type HeaderFamily, rawContent, sourcePlace } from "./header-family.ts";

const PREFIX = "kafka_dlt-";
/** Of deserialisers and of retry topics: with them a redriven record would count as tried already. */
const OTHER_PREFIXES = ["springDeserializerException", "retry_topic-"];
/** Wraps every error of a listener, so it says nothing. */
const WRAPPER = "org.springframework.kafka.listener.ListenerExecutionFailedException";
/** `TimestampType.toString()` of a record without one. */
const NO_TIMESTAMP = -1;

export const SPRING: HeaderFamily = {
  family: "spring",
  marker: `${PREFIX}original-topic`,
  adds: (name) => [PREFIX, ...OTHER_PREFIXES].some((prefix) => name.startsWith(prefix)),
  read(record: StoredRecord) {
    const text = (name: string) => headerText(record.headers, PREFIX + name);
    const timestampMs = bigEndian(lastHeader(record.headers, `${PREFIX}original-timestamp`), 8);
    return rawContent(record, SPRING.adds, {
      errorType: errorType(text),
      errorText: text("exception-message") ?? text("key-exception-message"),
      source: sourcePlace(
        text("original-topic"),
        bigEndian(lastHeader(record.headers, `${PREFIX}original-partition`), 4),
        bigEndian(lastHeader(record.headers, `${PREFIX}original-offset`), 8),
      ),
      carriesHeaders: true,
      // The letter's timestamp is when the record was given up.
      originalTimestampMs: timestampMs === NO_TIMESTAMP ? null : timestampMs,
      details: {
        group: text("original-consumer-group"),
        timestamp_type: text("original-timestamp-type"),
        exception: text("exception-fqcn"),
        cause: text("exception-cause-fqcn"),
        stacktrace: text("exception-stacktrace"),
        key_exception: text("key-exception-fqcn"),
        key_exception_message: text("key-exception-message"),
        key_stacktrace: text("key-exception-stacktrace"),
      },
    });
  },
};

function errorType(text: (name: string) => string | null): string | null {
  const [thrown, cause] = [text("exception-fqcn"), text("exception-cause-fqcn")];
  if (thrown === WRAPPER && cause !== null) return cause;
  return thrown ?? text("key-exception-fqcn");
}

/** A signed integer of exactly `bytes` bytes; `null` for anything else. */
function bigEndian(value: Buffer | null, bytes: 4 | 8): number | null {
  if (value?.length !== bytes) return null;
  if (bytes === 4) return value.readInt32BE(0);
  const long = Number(value.readBigInt64BE(0));
  return Number.isSafeInteger(long) ? long : null;
}
