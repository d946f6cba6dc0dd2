// Kafka answers every request late, as with a disk that cannot keep up.

import { z } from "zod";
import { delayParam } from "./delay-param.ts";
import { defineFault } from "./fault.ts";
import { ruleInForce } from "./rule-in-force.ts";
import { need } from "./stage.ts";

export const brokerSlow = defineFault({
  name: "broker-slow",
  area: "broker",
  summary: "Kafka answers every request late, as with a disk that cannot keep up.",
  params: z.strictObject({ delay_ms: delayParam(1_000, "answers") }),
  needs: ["broker"],
  raises: ["E2ELatencyHigh"],
  mayRaise: [],
  async apply(stage, { delay_ms: delayMs }) {
    return ruleInForce(need(stage, "broker").control("*", () => ({ kind: "delay", delayMs })));
  },
});
