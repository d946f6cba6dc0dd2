// `dashstream promql`: expressions of PromQL are evaluated, and the evaluator itself is tested.

import { defineGroup } from "./command.ts";

export const promqlCommand = defineGroup({
  name: "promql",
  description: "Evaluate PromQL as Prometheus 3 does, without a Prometheus.",
  examples: [["promql test rates.test", "run a test script of Prometheus's own engine tests"]],
  commands: [],
});
