// Whether warnings and infos of an evaluation are the expected ones.

import type { Annotations } from "../value.ts";
import type { Difference } from "./comparison.ts";
import type { Expectation, MessagePattern } from "./script.ts";

/** `null` if the remarks are as expected. */
export function remarkDifference(got: Annotations, expected: Expectation): Difference | null {
  return (
    kindDifference("warning", got.warnings, expected.warnings, expected.noWarnings) ??
    kindDifference("info", got.infos, expected.infos, expected.noInfos)
  );
}

function kindDifference(
  kind: string,
  got: readonly string[],
  patterns: readonly MessagePattern[],
  noneAllowed: boolean,
): Difference | null {
  const all = got.length === 0 ? `no ${kind}` : got.join("; ");
  if (noneAllowed && got.length > 0) return { expected: `no ${kind}`, got: all };
  if (patterns.length === 0) return null;
  const unmet = patterns.find(({ matches }) => !got.some(matches));
  if (unmet) return { expected: `${kind} ${unmet.text}`, got: all };
  const unexpected = got.find((message) => !patterns.some(({ matches }) => matches(message)));
  if (unexpected === undefined) return null;
  return { expected: `only ${kind} ${patterns.map(({ text }) => text).join(", ")}`, got: unexpected };
}
