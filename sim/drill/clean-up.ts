// Putting a stack right again: each step is tried, whatever became of those before it, and what failed is said in one sentence.

import { describeError } from "../../src/errors.ts";

export type CleanUpStep = () => Promise<void> | void;

/** What could not be put back; `null` if everything could. Never rejects. */
export async function cleanUp(steps: readonly CleanUpStep[]): Promise<string | null> {
  const failures: string[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      failures.push(describeError(error));
    }
  }
  return failures.length === 0 ? null : `not everything could be put back: ${failures.join("; ")}`;
}
