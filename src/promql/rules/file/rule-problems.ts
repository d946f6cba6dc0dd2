// What is wrong with rule files: everything is collected and said at once, each with file, line and column.

import { DashstreamError } from "../../../errors.ts";
import { type FilePosition, placeText, type RuleProblem } from "../rule.ts";

/** `rules_invalid`, with the places that editors and annotations in reviews need. */
export class RulesInvalidError extends DashstreamError {
  readonly problems: readonly RuleProblem[];

  constructor(problems: readonly RuleProblem[]) {
    const texts = problems.map(({ position, reason }) => `${placeText(position)}: ${reason}`);
    const message =
      texts.length === 1 ? (texts[0] ?? "") : `${texts.length} problems in rules:\n  ${texts.join("\n  ")}`;
    super("rules_invalid", message);
    this.problems = problems;
  }
}

/** Takes problems while a file is read. */
export class RuleProblems {
  readonly #problems: RuleProblem[] = [];

  get count(): number {
    return this.#problems.length;
  }

  add(position: FilePosition, reason: string): void {
    this.#problems.push({ position, reason });
  }

  /** @throws RulesInvalidError if there are any, in the order of their places */
  throwIfAny(): void {
    if (this.#problems.length === 0) return;
    const inOrder = this.#problems.toSorted(
      (a, b) => a.position.line - b.position.line || a.position.column - b.position.column,
    );
    throw new RulesInvalidError(inOrder);
  }
}
