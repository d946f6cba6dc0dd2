// Operators on two numbers, with Go's results where those of JavaScript differ.

import type { Binary } from "../ast.ts";
import { goAtan2 } from "../go-arctangent.ts";
import { goPow } from "../go-math.ts";

export type ElementOp = Exclude<Binary["op"], "and" | "or" | "unless">;

/** The result of an arithmetic operator; of a comparison, whether it holds. */
export function apply(op: ElementOp, left: number, right: number): number | boolean {
  switch (op) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return left / right;
    case "%":
      return left % right;
    case "^":
      return goPow(left, right);
    case "atan2":
      return goAtan2(left, right);
    case "==":
      return left === right;
    case "!=":
      return left !== right;
    case ">":
      return left > right;
    case "<":
      return left < right;
    case ">=":
      return left >= right;
    case "<=":
      return left <= right;
  }
}
