// The control interface: rules that decide, command by command, whether the server answers properly, wrongly, late or
// not at all.

import { type ControlRule, ControlRules, type ControlStage } from "../control/rules.ts";

export type ControlAction =
  /** Handle the command as if there were no rule. */
  | { readonly kind: "pass" }
  /** Refuse with this text, which begins with a code in capital letters, for example `OOM command not allowed`. */
  | { readonly kind: "error"; readonly error: string }
  /** Answer late, as over a slow network: commands that came together are late together, and stay in order. */
  | { readonly kind: "delay"; readonly delayMs: number; readonly stage?: ControlStage }
  /** Never answer, nor anything behind it on the same connection. */
  | { readonly kind: "hang"; readonly stage?: ControlStage }
  /** Cut the connection instead of answering. */
  | { readonly kind: "drop"; readonly stage?: ControlStage };

/** What a rule may look at. */
export interface ControlledCommand {
  /** In capital letters. */
  readonly command: string;
  readonly args: readonly Buffer[];
}

export interface ControlFilter {
  /** How many commands the rule decides before it is removed by itself; default: until `remove`. */
  readonly times?: number;
}

/** The rules of one server. */
export class Controls {
  readonly #rules = new ControlRules<ControlledCommand, Exclude<ControlAction, { readonly kind: "pass" }>>();

  add(
    name: string,
    decide: (command: ControlledCommand) => ControlAction,
    filter: ControlFilter,
  ): ControlRule {
    const wanted = name.toUpperCase();
    return this.#rules.add((command) => {
      if (wanted !== "*" && wanted !== command.command) return null;
      const action = decide(command);
      return action.kind === "pass" ? null : action;
    }, filter.times);
  }

  /** The first rule's decision that is not to pass. */
  decide(command: ControlledCommand): ControlAction {
    return this.#rules.decide(command) ?? { kind: "pass" };
  }
}
