// Headers and bodies as each writer makes them.

import { int32, int64, T0 } from "../records.ts";

/** `DeadLetterQueueReporter` of Kafka Connect. */
export const CONNECT_HEADERS = {
  "__connect.errors.topic": "telemetry",
  "__connect.errors.partition": "3",
  "__connect.errors.offset": "42",
  "__connect.errors.connector.name": "sink",
  "__connect.errors.task.id": "0",
  "__connect.errors.stage": "VALUE_CONVERTER",
  "__connect.errors.class.name": "org.apache.kafka.connect.json.JsonConverter",
  "__connect.errors.exception.class.name": "org.apache.kafka.connect.errors.DataException",
  "__connect.errors.exception.message": "Converting byte[] to Kafka Connect data failed",
  "__connect.errors.exception.stacktrace": "org.apache.kafka.connect.errors.DataException: ...",
};

/** `ExceptionHandlerUtils` of Kafka Streams. */
export const STREAMS_HEADERS = {
  "__streams.errors.exception": "org.apache.kafka.common.errors.SerializationException: not a number",
  "__streams.errors.message": "not a number",
  "__streams.errors.stacktrace": "org.apache.kafka.common.errors.SerializationException: not a number",
  "__streams.errors.topic": "telemetry",
  "__streams.errors.partition": "3",
  "__streams.errors.offset": "42",
};

/** `ShareGroupDLQStateManager` of Kafka. */
export const SHARE_GROUP_HEADERS = {
  "__dlq.errors.topic": "telemetry",
  "__dlq.errors.partition": "3",
  "__dlq.errors.offset": "42",
  "__dlq.errors.group": "workers",
  "__dlq.errors.delivery.count": "5",
  "__dlq.errors.message": "Offset delivery count exceeded the threshold.",
};

/** `DeadLetterPublishingRecoverer` of Spring Kafka, for an error of a listener. */
export const SPRING_HEADERS = {
  "kafka_dlt-exception-fqcn": "org.springframework.kafka.listener.ListenerExecutionFailedException",
  "kafka_dlt-exception-cause-fqcn": "java.lang.IllegalStateException",
  "kafka_dlt-exception-message": "Listener method threw exception; no stock",
  "kafka_dlt-exception-stacktrace": "org.springframework.kafka.listener...",
  "kafka_dlt-original-topic": "telemetry",
  "kafka_dlt-original-partition": int32(3),
  "kafka_dlt-original-offset": int64(42),
  "kafka_dlt-original-timestamp": int64(T0 - 5000),
  "kafka_dlt-original-timestamp-type": "CreateTime",
  "kafka_dlt-original-consumer-group": "orders",
};

/** The same for a key that cannot be read. */
export const SPRING_KEY_HEADERS = {
  "kafka_dlt-key-exception-fqcn": "org.springframework.kafka.support.serializer.DeserializationException",
  "kafka_dlt-exception-cause-fqcn": "com.fasterxml.jackson.core.JsonParseException",
  "kafka_dlt-key-exception-message": "failed to deserialize",
  "kafka_dlt-key-exception-stacktrace": "org.springframework.kafka.support.serializer...",
  "kafka_dlt-original-topic": "telemetry",
  "kafka_dlt-original-partition": int32(3),
  "kafka_dlt-original-offset": int64(42),
};

/** A letter of an earlier server (no headers, no source topic). */
export const OLD_SERVER_LETTER = {
  trace_id: "7f1f54c6-6f6f-4d9c-8d3f-4d2f3a0c1b11",
  timestamp: "2026-01-01T00:00:00.123456+00:00",
  error: "failed to decode Protobuf message: buffer underflow",
  error_type: "buffer_underflow",
  /** Of the bytes 0, 10, 255. */
  payload_sha256: "a0956176ad28cadf4a54b314f9fcd6143d7007957454286ff24580445304b558",
  original_payload_base64: null as string | null,
  payload_truncation_note: "Payload omitted; set DLQ_INCLUDE_FULL_PAYLOAD",
  message_size: 3,
  first_bytes_hex: "[00, 0a, ff]",
  last_bytes_hex: "",
  kafka_partition: 3,
  kafka_offset: 42,
  message_count: 1234,
  thread_id: null as string | null,
  tenant_id: null as string | null,
};

/** A letter of an earlier library. */
export const OLD_LIBRARY_LETTER = {
  original_payload_base64: Buffer.from("abc").toString("base64"),
  error: "handler failed",
  error_type: "processing_error",
  source_topic: "telemetry",
  source_partition: 3,
  source_offset: 42,
  timestamp: "2026-01-01T00:00:00Z",
  consumer_id: "aggregator",
  trace_id: "7f1f54c6-6f6f-4d9c-8d3f-4d2f3a0c1b11",
  thread_id: "thread-1",
  tenant_id: "acme",
};
