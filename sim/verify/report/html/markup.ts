// HTML as a value of its own: whatever is put into a template is escaped unless it is HTML already. So no text of a rule
// or a scenario can become markup, wherever it is shown.

/** Finished HTML. Made by {@link html} and {@link trusted} alone. */
export interface Html {
  readonly html: string;
}

/** What may stand in a template; `null` is nothing. */
export type Content = string | number | null | Html | readonly Content[];

/** A template whose values are escaped, for text and for attribute values in double quotes. */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Html {
  const texts = parts.map((part, index) => `${part}${contentText(values[index] ?? null)}`);
  return { html: texts.join("") };
}

/** Text of this program that is HTML. */
export function trusted(text: string): Html {
  return { html: text };
}

function contentText(content: Content): string {
  if (content === null) return "";
  if (typeof content === "string" || typeof content === "number") return escaped(String(content));
  return "html" in content ? content.html : content.map(contentText).join("");
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** A value as JSON for a script element that holds data: nothing in it can end that element. */
export function jsonForScript(value: unknown): Html {
  return trusted(JSON.stringify(value).replaceAll("<", "\\u003c"));
}
