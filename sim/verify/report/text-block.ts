// Text for people as blocks, without colours and widths: whoever prints them knows the terminal. A tone says what a text
// means, and no meaning is in the tone alone.

export type Tone = "good" | "bad" | "notice" | "faint";

export interface TonedText {
  readonly text: string;
  readonly tone: Tone;
}

/** `null` is nothing, shown as a dash. */
export type TextCell = string | number | null | TonedText;

export interface TableBlock {
  readonly kind: "table";
  readonly headings: readonly string[];
  readonly rows: readonly (readonly TextCell[])[];
}

export interface LineBlock {
  readonly kind: "line";
  /** Empty: an empty line. */
  readonly text: string;
  /** `null`: as any text. */
  readonly tone: Tone | null;
}

export type TextBlock = TableBlock | LineBlock;

export function line(text: string, tone: Tone | null = null): LineBlock {
  return { kind: "line", text, tone };
}

/** A heading and what is listed below it, after an empty line; nothing if the list is empty. */
export function listBlocks(
  heading: string,
  items: readonly string[],
  tone: Tone | null = null,
): readonly TextBlock[] {
  if (items.length === 0) return [];
  return [line(""), line(heading, tone), ...items.map((item) => line(`  ${item.replaceAll("\n", "\n  ")}`))];
}
