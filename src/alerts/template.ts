// Text with quantities in it: expressions of rules and their annotations. Until it is written out, every number can still
// be scaled or set.

import type { Quantity } from "./quantity.ts";

export interface Template {
  readonly parts: readonly (string | Quantity)[];
}

type Part = string | Quantity | Template;

/** An expression of PromQL; its line breaks and what follows them become one space. */
export function expr(texts: TemplateStringsArray, ...values: readonly Part[]): Template {
  return template(texts, values);
}

/** An annotation, in which Prometheus fills in `{{ $value }}` and `{{ $labels.name }}`. */
export function text(texts: TemplateStringsArray, ...values: readonly Part[]): Template {
  return template(texts, values);
}

function template(texts: readonly string[], values: readonly Part[]): Template {
  const parts = texts.flatMap((piece, index): readonly (string | Quantity)[] => {
    const value = values[index];
    const own = piece.replace(/\s*\n\s*/g, " ");
    if (value === undefined) return [own];
    return typeof value === "object" && "parts" in value ? [own, ...value.parts] : [own, value];
  });
  return { parts };
}

/** The text, each quantity as `write` gives it. */
export function written({ parts }: Template, write: (quantity: Quantity) => string): string {
  return parts.map((part) => (typeof part === "string" ? part : write(part))).join("");
}

/** Its quantities, in the order of the text. */
export function quantitiesOf({ parts }: Template): readonly Quantity[] {
  return parts.filter((part) => typeof part !== "string");
}
