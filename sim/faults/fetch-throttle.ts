// Consumers get records of the topic at a trickle: each connection one batch of each partition once in a while, and
// nothing new in between.

import { z } from "zod";
import type { ControlAction, ControlledRequest } from "../broker/control.ts";
import { defineFault } from "./fault.ts";
import { ruleInForce } from "./rule-in-force.ts";
import { GROUP_MEMBERS, need } from "./stage.ts";

const MAX_MS = 3_600_000;

export const fetchThrottle = defineFault({
  name: "fetch-throttle",
  area: "broker",
  summary:
    "Consumers get records of the topic at a trickle, so that whatever comes faster piles up in Kafka.",
  params: z.strictObject({
    every_ms: z
      .number()
      .gt(0)
      .max(MAX_MS)
      .default(30_000)
      .describe("Time between two answers with records for one connection, milliseconds"),
  }),
  needs: ["broker"],
  raises: ["KafkaConsumerLagHigh"],
  mayRaise: [
    {
      alert: "E2ELatencyHigh",
      because: "Records that wait in Kafka are old when they are delivered.",
    },
  ],
  scaled: (params, scale) => ({ ...params, every_ms: params.every_ms / scale }),
  takes: () => ({ what: "requests for records of the topic", from: GROUP_MEMBERS }),
  async apply(stage, { every_ms: everyMs }) {
    const { clock } = stage;
    const lastMs = new Map<number, number>();
    const decide = ({ connectionId }: ControlledRequest): ControlAction => {
      const nowMs = clock.monotonicMs();
      if (nowMs - (lastMs.get(connectionId) ?? Number.NEGATIVE_INFINITY) < everyMs)
        return { kind: "withhold" };
      lastMs.set(connectionId, nowMs);
      return { kind: "ration" };
    };
    return ruleInForce(need(stage, "broker").control("Fetch", decide, { topic: stage.kafka.topic }));
  },
});
