// The control interface: rules that decide, command by command, whether the server answers properly, wrongly, late or
// not at all. Rules are asked in the order in which they were added; the first that does not pass decides.

/** `request`: before anything is done. `response`: everything is done, only the answer is concerned. */
export type ControlStage = "request" | "response";

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

/** A rule in force. */
export interface ControlRule {
  /** Commands that it decided, those it passed not counted. */
  readonly hits: number;
  remove(): void;
}

interface Rule {
  readonly command: string;
  readonly decide: (command: ControlledCommand) => ControlAction;
  readonly filter: ControlFilter;
  hits: number;
}

export class Controls {
  readonly #rules = new Set<Rule>();

  add(
    command: string,
    decide: (command: ControlledCommand) => ControlAction,
    filter: ControlFilter,
  ): ControlRule {
    const rule: Rule = { command: command.toUpperCase(), decide, filter, hits: 0 };
    const rules = this.#rules;
    rules.add(rule);
    return {
      get hits() {
        return rule.hits;
      },
      remove: () => void rules.delete(rule),
    };
  }

  /** The first rule's decision that is not to pass. */
  decide(command: ControlledCommand): ControlAction {
    for (const rule of this.#rules) {
      if (rule.command !== "*" && rule.command !== command.command) continue;
      const action = rule.decide(command);
      if (action.kind === "pass") continue;
      rule.hits++;
      if (rule.filter.times !== undefined && rule.hits >= rule.filter.times) this.#rules.delete(rule);
      return action;
    }
    return { kind: "pass" };
  }
}
