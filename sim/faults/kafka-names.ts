// The names that faults break, of a site that has the usual ones.

import { LIBRARY_DLQ_TOPIC, SERVER_GROUP, serverDlqTopic } from "../../src/config/site-names.ts";
import type { KafkaNames } from "./stage.ts";

/** @param topic with the telemetry */
export function kafkaNames(topic: string): KafkaNames {
  return {
    topic,
    dlqTopic: serverDlqTopic(topic),
    libraryDlqTopic: LIBRARY_DLQ_TOPIC,
    serverGroup: SERVER_GROUP,
  };
}
