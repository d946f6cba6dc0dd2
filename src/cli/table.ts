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

/**
 * The lines of a table, `headings` first.
 * @param paint changes how a cell of `rows` looks but not its width
 */
export function tableLines(
  headings: readonly string[],
  rows: readonly (readonly Cell[])[],
  paint: (text: string, row: number, column: number) => string = (text) => text,
): readonly string[] {
  const isNumeric = headings.map((_, column) => rows.every((row) => typeof row[column] !== "string"));
  const texts = rows.map((row) => row.map((cell) => (cell === null ? "-" : String(cell))));
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...texts.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[], look: (text: string, column: number) => string) =>
    row
      .map((text, column) => {
        const padding = " ".repeat((widths[column] ?? 0) - text.length);
        return isNumeric[column] ? `${padding}${look(text, column)}` : `${look(text, column)}${padding}`;
      })
      .join("  ")
      .trimEnd();
  return [
    line(headings, (text) => text),
    ...texts.map((row, index) => line(row, (text, column) => paint(text, index, column))),
  ];
}
