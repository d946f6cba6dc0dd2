// Type of a part of kafkajs that has none: the error of a code in an answer, with its name as `type`.
declare module "kafkajs/src/protocol/error.js" {
  import type { KafkaJSProtocolError } from "kafkajs";
  export function createErrorFromCode(code: number): KafkaJSProtocolError;
}
