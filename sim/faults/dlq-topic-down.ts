// The topic of the dead letters takes no records: each is answered with an error.

import { z } from "zod";
import { deadLettersOf, deadLetterTopic, deadLetterTopicParam } from "./dead-letter-topic.ts";
import { defineFault } from "./fault.ts";
import { ruleInForce } from "./rule-in-force.ts";
import { need } from "./stage.ts";

export const dlqTopicDown = defineFault({
  name: "dlq-topic-down",
  area: "broker",
  summary: "The topic of the dead letters takes no records: each is answered with an error.",
  params: z.strictObject({
    topic: deadLetterTopicParam,
    error: z
      .enum([
        "NOT_ENOUGH_REPLICAS",
        "UNKNOWN_TOPIC_OR_PARTITION",
        "TOPIC_AUTHORIZATION_FAILED",
        "KAFKA_STORAGE_ERROR",
      ])
      .default("NOT_ENOUGH_REPLICAS")
      .describe("What Kafka answers"),
  }),
  needs: ["broker"],
  raises: ["WebSocketDlqBroken"],
  mayRaise: [],
  takes: ({ topic }) => deadLettersOf(topic),
  async apply(stage, { topic, error }) {
    const filter = { topic: deadLetterTopic(stage.kafka, topic) };
    return ruleInForce(need(stage, "broker").control("Produce", () => ({ kind: "error", error }), filter));
  },
});
