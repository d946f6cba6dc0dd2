// Whoever writes a dead letter gets no answer.

import { z } from "zod";
import { deadLettersOf, deadLetterTopic, deadLetterTopicParam } from "./dead-letter-topic.ts";
import { defineFault } from "./fault.ts";
import { ruleInForce } from "./rule-in-force.ts";
import { need } from "./stage.ts";

export const dlqHang = defineFault({
  name: "dlq-hang",
  area: "broker",
  summary: "Whoever writes a dead letter gets no answer.",
  params: z.strictObject({ topic: deadLetterTopicParam }),
  needs: ["broker"],
  raises: ["WebSocketDlqBroken"],
  mayRaise: [],
  takes: ({ topic }) => deadLettersOf(topic),
  async apply(stage, { topic }) {
    const filter = { topic: deadLetterTopic(stage.kafka, topic) };
    return ruleInForce(need(stage, "broker").control("Produce", () => ({ kind: "hang" }), filter));
  },
});
