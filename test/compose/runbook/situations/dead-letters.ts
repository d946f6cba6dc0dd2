// Dead letters that cannot be written: no topic, or no room.

import { systemStackSeams } from "../../../../compose/processes/running/seams.ts";
import { createTopics, STACK_TOPICS } from "../../../../compose/processes/topics.ts";
import { BY_KAFKA_PROXY, MONITOR } from "../site.ts";
import type { Situation } from "../situation.ts";

const TOPICS = ["dashstream-quality-dlq", "dashstream-dlq"];
const KAFKA_PORT = 9092;

export const topicsGone: Situation = {
  name: "dead-letter topics are gone",
  summary: "both topics of dead letters were deleted, and one record in ten is damaged",
  alerts: ["WebSocketDlqBroken", "DLQItselfBroken", "DashStreamDlqSendFailures", "DLQSendFailures"],
  async arise(site) {
    for (const topic of TOPICS)
      await site.kafkaTool("kafka-topics", "--delete", "--if-exists", "--topic", topic);
    await site.break("corrupt-payload", { share: 0.1 });
  },
  async end() {
    await createTopics(
      KAFKA_PORT,
      STACK_TOPICS.filter(({ name }) => TOPICS.includes(name)),
      systemStackSeams,
    );
  },
};

export const lettersPileUp: Situation = {
  name: "no room for dead letters",
  summary: "Kafka acknowledges the quality monitor's dead letters late, and it may have one under way",
  alerts: ["DashStreamDlqBackpressureDrops", "DLQBackpressureDrops"],
  env: { [MONITOR]: { ...BY_KAFKA_PROXY, MAX_CONCURRENT_DLQ_SENDS: "1" } },
  async arise(site) {
    await site.break("dlq-saturated", { topic: "library", delay_ms: 2_000 });
    await site.break("corrupt-payload", { share: 0.3 });
  },
};
