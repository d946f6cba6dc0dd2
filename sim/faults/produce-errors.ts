// The topic takes no telemetry: producers are answered with an error.

import { z } from "zod";
import { defineFault } from "./fault.ts";
import { ruleInForce } from "./rule-in-force.ts";
import { need } from "./stage.ts";

export const produceErrors = defineFault({
  name: "produce-errors",
  area: "broker",
  summary: "The topic takes no telemetry: producers are answered with an error.",
  params: z.strictObject({
    error: z
      .enum(["NOT_ENOUGH_REPLICAS", "KAFKA_STORAGE_ERROR", "TOPIC_AUTHORIZATION_FAILED", "REQUEST_TIMED_OUT"])
      .default("NOT_ENOUGH_REPLICAS")
      .describe("What Kafka answers"),
  }),
  needs: ["broker"],
  raises: [],
  mayRaise: [],
  takes: () => ({ what: "telemetry of producers that go through the fault proxy", from: [] }),
  async apply(stage, { error }) {
    const filter = { topic: stage.kafka.topic };
    return ruleInForce(need(stage, "broker").control("Produce", () => ({ kind: "error", error }), filter));
  },
});
