// Variables in the texts of a compose file, by the rules of the Compose Specification (12-interpolation): `$NAME`,
// `${NAME}`, defaults, errors and replacements with and without a colon, nested, and `$$` for a dollar sign.

import { DashstreamError } from "../../../src/errors.ts";

export type Variables = Readonly<Record<string, string | undefined>>;

const NAME = /[A-Za-z_]\w*/y;

/**
 * `text` with its variables replaced. One that is not set is empty, as with docker compose.
 * @throws DashstreamError `config_invalid` for a variable that `:?` demands, and for what cannot be read
 */
export function interpolate(text: string, variables: Variables): string {
  const reader = new TemplateReader(text, variables);
  return reader.read(null);
}

/** A document with the variables replaced in every text, not in keys. @throws DashstreamError as `interpolate` */
export function interpolateAll(value: unknown, variables: Variables): unknown {
  if (typeof value === "string") return interpolate(value, variables);
  if (Array.isArray(value)) return value.map((item) => interpolateAll(item, variables));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, interpolateAll(item, variables)]),
  );
}

class TemplateReader {
  readonly #text: string;
  readonly #variables: Variables;
  #at = 0;

  constructor(text: string, variables: Variables) {
    this.#text = text;
    this.#variables = variables;
  }

  /** Up to the closing brace of the expression that this is inside of, or to the end. */
  read(closing: "}" | null): string {
    let result = "";
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at] ?? "";
      if (char === closing) return result;
      if (char === "$") result += this.#dollar();
      else {
        result += char;
        this.#at++;
      }
    }
    if (closing !== null) throw this.#invalid("a brace is not closed");
    return result;
  }

  #dollar(): string {
    this.#at++;
    const next = this.#text[this.#at];
    if (next === "$") {
      this.#at++;
      return "$";
    }
    if (next !== "{") {
      const name = this.#name();
      if (name === null) throw this.#invalid("a dollar sign stands alone; $$ means one");
      return this.#variables[name] ?? "";
    }
    this.#at++;
    const name = this.#name();
    if (name === null) throw this.#invalid("a brace holds no name");
    const value = this.#expression(name);
    if (this.#text[this.#at] !== "}") throw this.#invalid(`what follows ${name} is not understood`);
    this.#at++;
    return value;
  }

  #name(): string | null {
    NAME.lastIndex = this.#at;
    const name = NAME.exec(this.#text)?.[0] ?? null;
    this.#at += name?.length ?? 0;
    return name;
  }

  /** What stands behind the name, up to the brace. */
  #expression(name: string): string {
    const value = this.#variables[name];
    const [operator = ""] = /^:?[-?+]/.exec(this.#text.slice(this.#at)) ?? [];
    if (operator === "") return value ?? "";
    this.#at += operator.length;
    const operand = this.read("}");
    const isThere = operator.startsWith(":") ? value !== undefined && value !== "" : value !== undefined;
    switch (operator.at(-1)) {
      case "-":
        return isThere ? (value ?? "") : operand;
      case "+":
        return isThere ? operand : "";
      default:
        if (isThere) return value ?? "";
        throw new DashstreamError(
          "config_invalid",
          `variable ${name} is not set${operand === "" ? "" : `: ${operand}`}`,
        );
    }
  }

  #invalid(what: string): DashstreamError {
    return new DashstreamError("config_invalid", `"${this.#text}": ${what}`);
  }
}
