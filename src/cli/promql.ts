// `dashstream promql`: expressions of PromQL are evaluated, and the evaluator itself is tested.

import { defineGroup } from "./command.ts";
import { evalCommand } from "./promql/eval.ts";
import { testCommand } from "./promql/test.ts";

export const promqlCommand = defineGroup({
  name: "promql",
  description: "Evaluate PromQL as Prometheus 3 does, without a Prometheus.",
  examples: [
    [
      "promql eval 'rate(requests_total[1m])' --series load.txt --at 5m",
      "an expression over a file of series",
    ],
    ["promql test rates.test", "run a test script of Prometheus's own engine tests"],
  ],
  commands: [evalCommand, testCommand],
});
