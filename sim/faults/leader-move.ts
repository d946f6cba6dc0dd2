// The partitions of the topic have no leader that would serve them: whoever asks is told that it moved.

import { z } from "zod";
import { delayParam } from "./delay-param.ts";
import { defineFault } from "./fault.ts";
import { KAFKA_ERRORS } from "./kafka-alerts.ts";
import { ruleInForce } from "./rule-in-force.ts";
import { GROUP_MEMBERS, need } from "./stage.ts";

export const leaderMove = defineFault({
  name: "leader-move",
  area: "broker",
  summary:
    "An election that does not end: whoever reads or writes the topic is told that its leader is elsewhere.",
  params: z.strictObject({
    // Clients that have just heard the same metadata again may ask at once, so that this is their pace.
    delay_ms: delayParam(250, "refusals"),
  }),
  needs: ["broker"],
  raises: KAFKA_ERRORS,
  mayRaise: [],
  takes: () => ({ what: "requests to leaders of the topic", from: GROUP_MEMBERS }),
  async apply(stage, { delay_ms: delayMs }) {
    const broker = need(stage, "broker");
    const refuse = (api: "Fetch" | "Produce" | "ListOffsets") =>
      broker.control(api, () => ({ kind: "error", error: "NOT_LEADER_OR_FOLLOWER", delayMs }), {
        topic: stage.kafka.topic,
      });
    return ruleInForce(refuse("Fetch"), refuse("Produce"), refuse("ListOffsets"));
  },
});
