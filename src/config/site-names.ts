// Names in Kafka that a site has unless it says otherwise. The option table, the runbook and the simulator take them from
// here, so that what a drill breaks is what the services use.

/** The telemetry. */
export const TELEMETRY_TOPIC = "dashstream-quality";
/** Consumer group of the server. */
export const SERVER_GROUP = "websocket-server-v4";
/** Dead letters of the library's users; of the services here that is the quality monitor. */
export const LIBRARY_DLQ_TOPIC = "dashstream-dlq";

/** Dead letters of the server, by the topic that it reads. */
export function serverDlqTopic(topic: string): string {
  return `${topic}-dlq`;
}
