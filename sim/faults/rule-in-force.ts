// A fault that is a rule of the broker, of Redis or of a proxy: it is on until the rule is removed.

import type { ControlRule } from "../control/rules.ts";
import type { RunningFault } from "./fault.ts";

/** Clearing it removes all of them; it took whenever one of them decided something. */
export function ruleInForce(...rules: readonly ControlRule[]): RunningFault {
  return {
    async clear() {
      for (const rule of rules) rule.remove();
    },
    hits: () => rules.reduce((total, { hits }) => total + hits, 0),
  };
}
