// Go's fmt for the values of templates: Sprint, Sprintln and Sprintf with flags, width, precision and its `%!` messages.

import { formatOne } from "./format-verb.ts";
import { type GoValue, typeName } from "./value.ts";

export interface FormatSpec {
  readonly verb: string;
  /** Those of `#0+- ` that are given. */
  readonly flags: string;
  readonly width: number | null;
  readonly precision: number | null;
}

const PLAIN: FormatSpec = { verb: "v", flags: "", width: null, precision: null };
const MAX_NUMBER = 1e6;

/** A space goes between two neighbours neither of which is a string. */
export function sprint(values: readonly GoValue[]): string {
  return values
    .map((value, index) => {
      const before = values[index - 1];
      const hasSpace = before !== undefined && value.kind !== "string" && before.kind !== "string";
      return (hasSpace ? " " : "") + formatOne(value, PLAIN);
    })
    .join("");
}

export function sprintln(values: readonly GoValue[]): string {
  return `${values.map((value) => formatOne(value, PLAIN)).join(" ")}\n`;
}

export function sprintf(format: string, values: readonly GoValue[]): string {
  return new Formatter(format, values).run();
}

class Formatter {
  readonly #format: string;
  readonly #values: readonly GoValue[];
  #at = 0;
  #index = 0;
  /** An index in brackets was used: what is left over is not complained about. */
  #isReordered = false;
  #isGoodIndex = true;

  constructor(format: string, values: readonly GoValue[]) {
    this.#format = format;
    this.#values = values;
  }

  run(): string {
    let text = "";
    while (this.#at < this.#format.length) {
      const percent = this.#format.indexOf("%", this.#at);
      const end = percent < 0 ? this.#format.length : percent;
      text += this.#format.slice(this.#at, end);
      this.#at = end + 1;
      if (percent >= 0) text += this.#verb();
    }
    if (this.#isReordered || this.#index >= this.#values.length) return text;
    const extra = this.#values
      .slice(this.#index)
      .map((value) => (value.kind === "nil" ? "<nil>" : `${typeName(value)}=${formatOne(value, PLAIN)}`));
    return `${text}%!(EXTRA ${extra.join(", ")})`;
  }

  #verb(): string {
    this.#isGoodIndex = true;
    let complaint = "";
    let flags = this.#match(/[#0+\- ]*/y);
    let afterIndex = this.#argumentIndex();
    let width: number | null = null;
    if (this.#format.charAt(this.#at) === "*") {
      this.#at++;
      width = this.#intArgument();
      if (width === null) complaint += "%!(BADWIDTH)";
      else if (width < 0) {
        width = -width;
        flags = `${flags.replaceAll("0", "")}-`;
      }
      afterIndex = false;
    } else {
      width = this.#number();
      if (afterIndex && width !== null) this.#isGoodIndex = false;
    }
    let precision: number | null = null;
    if (this.#format.charAt(this.#at) === "." && this.#at + 1 < this.#format.length) {
      this.#at++;
      if (afterIndex) this.#isGoodIndex = false;
      afterIndex = this.#argumentIndex();
      if (this.#format.charAt(this.#at) === "*") {
        this.#at++;
        precision = this.#intArgument();
        if (precision !== null && precision < 0) precision = null;
        if (precision === null) complaint += "%!(BADPREC)";
        afterIndex = false;
      } else precision = this.#number() ?? 0;
    }
    if (!afterIndex) this.#argumentIndex();
    return complaint + this.#apply(flags, width, precision);
  }

  #apply(flags: string, width: number | null, precision: number | null): string {
    const code = this.#format.codePointAt(this.#at);
    if (code === undefined) return "%!(NOVERB)";
    const verb = String.fromCodePoint(code);
    this.#at += verb.length;
    if (verb === "%") return "%";
    if (!this.#isGoodIndex) return `%!${verb}(BADINDEX)`;
    const value = this.#values[this.#index];
    if (value === undefined) return `%!${verb}(MISSING)`;
    this.#index++;
    return formatOne(value, { verb, flags, width, precision });
  }

  /** `[n]`: the argument to take next. */
  #argumentIndex(): boolean {
    if (this.#format.charAt(this.#at) !== "[") return false;
    this.#isReordered = true;
    const close = this.#format.indexOf("]", this.#at);
    const digits = close < 0 ? "" : this.#format.slice(this.#at + 1, close);
    this.#at = close < 0 ? this.#at + 1 : close + 1;
    const index = /^\d{1,7}$/.test(digits) ? Number(digits) - 1 : -1;
    if (index >= 0 && index < this.#values.length) {
      this.#index = index;
      return true;
    }
    this.#isGoodIndex = false;
    return /^\d{1,7}$/.test(digits);
  }

  #intArgument(): number | null {
    const value = this.#values[this.#index];
    if (value === undefined) return null;
    this.#index++;
    if (value.kind !== "int") return null;
    const number = Number(value.value);
    return Math.abs(number) > MAX_NUMBER ? null : number;
  }

  #number(): number | null {
    const digits = this.#match(/\d*/y);
    if (digits === "") return null;
    return Number(digits) > MAX_NUMBER * 10 ? null : Number(digits);
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#format)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }
}
