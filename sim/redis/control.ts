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

/** A Redis that breaks on command: the embedded one, or a proxy before a real one. */
export interface RedisControl {
  /** Connections of clients that are open now. */
  readonly connectionCount: number;
  /** Those that were taken since it was up for the first time. */
  readonly acceptedCount: number;
  /**
   * Adds a rule for one command (`EVALSHA`, whatever the case), or for all (`*`). `decide` is asked for each of them,
   * until the rule is removed or has decided `times` commands.
   */
  control(
    command: string,
    decide: (command: ControlledCommand) => ControlAction,
    filter?: ControlFilter,
  ): ControlRule;
  /** Takes it off the network at once, as a crash would; its data stay. */
  down(): Promise<void>;
  /** Brings it back on its port. */
  up(): Promise<void>;
  /**
   * Drops the keys that `isVictim` names, as a Redis does that has no memory left (`maxmemory-policy`).
   * Resolves when they are gone. @throws DashstreamError `redis_unreachable` if a real one cannot be asked
   */
  evict(isVictim: (key: string) => boolean): Promise<void>;
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
