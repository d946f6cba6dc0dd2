// What `range` goes through: the samples of a result, the entries of a map by their names, or the numbers below a number.

import { printable } from "./builtins.ts";
import { sprint } from "./format.ts";
import { type GoValue, goInt, goString, NIL } from "./value.ts";

/** @param variableCount how many variables the loop sets */
export function* loopItems(
  value: GoValue,
  variableCount: number,
  fail: (reason: string) => never,
): Generator<readonly [index: GoValue, item: GoValue]> {
  switch (value.kind) {
    case "nil":
      return;
    case "int":
      if (variableCount > 1) fail(`can't use ${value.value} to iterate over more than one variable`);
      for (let index = 0n; index < value.value; index++) yield [NIL, goInt(index)];
      return;
    case "list":
      for (const [index, item] of value.items.entries()) yield [goInt(index), item];
      return;
    case "map":
      for (const [name, item] of [...value.entries].sort(([a], [b]) => (a < b ? -1 : 1))) {
        yield [goString(name), item];
      }
      return;
    default:
      fail(`range can't iterate over ${sprint([printable(value)])}`);
  }
}
