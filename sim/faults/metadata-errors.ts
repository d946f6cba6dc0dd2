// Nobody is told who leads the topic.

import { z } from "zod";
import { defineFault } from "./fault.ts";
import { KAFKA_DOWN } from "./kafka-alerts.ts";
import { ruleInForce } from "./rule-in-force.ts";
import { COMPONENT_NAMES, need } from "./stage.ts";

export const metadataErrors = defineFault({
  name: "metadata-errors",
  area: "broker",
  summary: "Whoever asks who leads the topic is answered with an error.",
  params: z.strictObject({
    error: z
      .enum(["LEADER_NOT_AVAILABLE", "UNKNOWN_TOPIC_OR_PARTITION", "TOPIC_AUTHORIZATION_FAILED"])
      .default("LEADER_NOT_AVAILABLE")
      .describe("What Kafka answers"),
  }),
  needs: ["broker"],
  raises: KAFKA_DOWN,
  mayRaise: [],
  takes: () => ({ what: "questions about the topic", from: COMPONENT_NAMES }),
  async apply(stage, { error }) {
    const filter = { topic: stage.kafka.topic };
    return ruleInForce(need(stage, "broker").control("Metadata", () => ({ kind: "error", error }), filter));
  },
});
