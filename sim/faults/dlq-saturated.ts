// Dead letters are acknowledged, but late: more come than may be in flight, and the rest is dropped.

import { z } from "zod";
import { deadLettersOf, deadLetterTopic, deadLetterTopicParam } from "./dead-letter-topic.ts";
import { delayParam } from "./delay-param.ts";
import { defineFault } from "./fault.ts";
import { ruleInForce } from "./rule-in-force.ts";
import { need } from "./stage.ts";

export const dlqSaturated = defineFault({
  name: "dlq-saturated",
  area: "broker",
  summary:
    "Dead letters are acknowledged, but late: more come than may be in flight, and the rest is dropped.",
  params: z.strictObject({
    topic: deadLetterTopicParam,
    delay_ms: delayParam(4_000, "acknowledgements"),
  }),
  needs: ["broker"],
  raises: ["WebSocketDlqBroken"],
  mayRaise: [
    {
      alert: "E2ELatencyHigh",
      because: "The stream waits up to a second for a slot before it drops a letter.",
    },
  ],
  takes: ({ topic }) => deadLettersOf(topic),
  async apply(stage, { topic, delay_ms: delayMs }) {
    const filter = { topic: deadLetterTopic(stage.kafka, topic) };
    return ruleInForce(need(stage, "broker").control("Produce", () => ({ kind: "delay", delayMs }), filter));
  },
});
