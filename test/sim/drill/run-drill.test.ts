// A drill from the first check to the report. Nothing is broken before everything is known to be in place.

import { describe, expect, test } from "bun:test";
import { drillDocument } from "../../../sim/drill/drill-report.ts";
import { type RunDrillOptions, runDrill } from "../../../sim/drill/run-drill.ts";
import { loadedRule } from "./prometheus-answers.ts";
import { type DrillRig, onStack, slowRedis } from "./drill-rig.ts";

const RULES = `groups:
- name: g
  rules:
  - { alert: Lag, expr: lag > 10 }
  - { alert: Other, expr: lag > 10 }
`;
const MARKED = 'global:\n  external_labels:\n    safe_to_break: "true"\n';

function runOptions({ options, world }: DrillRig, parts: Partial<RunDrillOptions> = {}): RunDrillOptions {
  return {
    ...options,
    prometheus: { ...options.prometheus, config: async () => MARKED },
    selection: {
      scenarios: options.scenarios,
      rules: [{ file: "rules.yml", text: RULES }],
      known: { Lag: { severity: "warning" } },
      complete: false,
    },
    yesBreak: null,
    receiver: null,
    serve: world.http.serve,
    build: { version: "1.2.3", gitSha: "abc", buildDate: "2026-01-01", runtime: "bun 1.4.5" },
    virtual: null,
    seed: 1,
    ...parts,
  };
}
