// Arguments of a function: how many there are, and whether each is of the type that its parameter has.

import type { ParameterType, TemplateFunction } from "./function.ts";
import { nodeText, type Operand } from "./node.ts";
import { type GoValue, typeName } from "./value.ts";

export interface ArgumentHost {
  readonly evaluate: (operand: Operand) => GoValue;
  readonly fail: (reason: string) => never;
  /** From here on a failure is said of this operand. */
  readonly at: (operand: Operand) => void;
}

export class ArgumentReader {
  readonly #function: TemplateFunction;
  readonly #name: string;
  readonly #host: ArgumentHost;

  constructor(target: TemplateFunction, name: string, host: ArgumentHost) {
    this.#function = target;
    this.#name = name;
    this.#host = host;
  }

  /** @param final the value that comes through the pipe, which is the last argument */
  read(operands: readonly Operand[], final: GoValue | null): readonly GoValue[] {
    const { params, isVariadic = false } = this.#function;
    const count = operands.length + (final ? 1 : 0);
    if (isVariadic && count < params.length - 1) {
      this.#host.fail(
        `wrong number of args for ${this.#name}: want at least ${params.length - 1} got ${operands.length}`,
      );
    }
    if (!isVariadic && count !== params.length) {
      this.#host.fail(`wrong number of args for ${this.#name}: want ${params.length} got ${count}`);
    }
    const typeAt = (index: number) => params[Math.min(index, params.length - 1)] ?? "any";
    const values = operands.map((operand, index) => this.#argument(operand, typeAt(index)));
    return final ? [...values, this.#checked(final, typeAt(operands.length))] : values;
  }

  #argument(operand: Operand, type: ParameterType): GoValue {
    this.#host.at(operand);
    switch (operand.kind) {
      case "nil":
        if (type === "string") this.#host.fail("cannot assign nil to string");
        break;
      case "bool":
      case "number":
      case "string":
        if (type === "string" && operand.kind !== "string") {
          this.#host.fail(`expected string; found ${nodeText(operand)}`);
        }
        if (type !== "string" && type !== "any") {
          this.#host.fail(`can't handle ${nodeText(operand)} for arg of type ${type}`);
        }
        break;
      default:
        return this.#checked(this.#host.evaluate(operand), type);
    }
    return this.#host.evaluate(operand);
  }

  #checked(value: GoValue, type: ParameterType): GoValue {
    if (type === "any") return value;
    if (value.kind === "nil") {
      return type === "string" ? this.#host.fail("invalid value; expected string") : value;
    }
    if (typeName(value) === type) return value;
    return this.#host.fail(`wrong type for value; expected ${type}; got ${typeName(value)}`);
  }
}
