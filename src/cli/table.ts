// Columns for people: numbers to the right, words to the left, nothing behind the last one.

import type { Printer } from "./printer.ts";

/** `null` is shown as a dash. */
export type Cell = string | number | null;

/** Prints a table, its headings dim where there are colours. */
export function printTable(
  { line, colors }: Printer,
  headings: readonly string[],
  rows: readonly (readonly Cell[])[],
): void {
  const [first = "", ...others] = tableLines(headings, rows);
  line(colors.dim(first));
  for (const text of others) line(text);
}

/** The lines of a table, `headings` first. */
export function tableLines(
  headings: readonly string[],
  rows: readonly (readonly Cell[])[],
): readonly string[] {
  const isNumeric = headings.map((_, column) => rows.every((row) => typeof row[column] !== "string"));
  const texts = rows.map((row) => row.map((cell) => (cell === null ? "-" : String(cell))));
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...texts.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((text, column) => {
        const width = widths[column] ?? 0;
        return isNumeric[column] ? text.padStart(width) : text.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  return [line(headings), ...texts.map(line)];
}
