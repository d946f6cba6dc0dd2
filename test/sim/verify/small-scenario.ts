// Scenarios that take a second or two of real time: the whole system, for a few virtual minutes.

import { defineScenario, type Scenario, type ScenarioInput } from "../../../sim/scenarios/scenario.ts";
import type { ScenarioJob } from "../../../sim/verify/job.ts";
import { select } from "../../../sim/verify/selection.ts";
import { NO_TARGET_LABELS } from "../../../sim/verify/site/target-labels.ts";

/** Bad records, and the alert that notices them first. */
export function smallScenario(parts: Partial<ScenarioInput> = {}): Scenario {
  return defineScenario({
    name: "small",
    summary: "One record in five cannot be decoded.",
    traffic: { rate: 2, threads: 2 },
    warm_up: "1m",
    faults: [{ fault: "corrupt-payload", params: { share: 0.2 } }],
    hold: "4m",
    settle: "1m",
    expect: [{ alert: "HighDecodeErrorRate", resolves: false }],
    may: [
      { alert: "WebSocketDlqHighRate", because: "each bad record is a dead letter" },
      { alert: "HighDLQRate", because: "each bad record is a dead letter" },
    ],
    ...parts,
  });
}

/** As `dashstream verify` would do it under our rules. */
export function smallJob(parts: Partial<ScenarioJob> = {}): ScenarioJob {
  const { rules, known } = select({ only: [], scenarioFiles: [], ruleFiles: [] });
  const scenario = smallScenario();
  return {
    scenario,
    seed: 1,
    rules,
    known,
    targetLabels: NO_TARGET_LABELS,
    charts: true,
    promtool: null,
    ...parts,
  };
}
