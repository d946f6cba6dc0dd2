// Prints blocks of text with the colours and widths of the terminal at hand. Their texts may come from users' files, so
// control characters never get through.

import type { TextBlock, TextCell, Tone } from "../../sim/verify/report/text-block.ts";
import { printable } from "./foreign-text.ts";
import type { Colors, Printer } from "./printer.ts";
import { type Cell, tableLines } from "./table.ts";

export function printBlocks({ line, colors }: Printer, blocks: readonly TextBlock[]): void {
  for (const block of blocks) {
    switch (block.kind) {
      case "line":
        for (const text of block.text.split("\n")) line(painted(colors, clean(text), block.tone));
        break;
      case "table": {
        const toneOf = (row: number, column: number) => tone(block.rows[row]?.[column]);
        const paint = (text: string, row: number, column: number) =>
          painted(colors, text, toneOf(row, column));
        const [headings = "", ...rows] = tableLines(block.headings, block.rows.map(plain), paint);
        line(colors.dim(headings));
        for (const row of rows) line(row);
        break;
      }
    }
  }
}

function plain(row: readonly TextCell[]): readonly Cell[] {
  return row.map((cell) => {
    const value = typeof cell === "object" && cell !== null ? cell.text : cell;
    return typeof value === "string" ? clean(value) : value;
  });
}

function clean(text: string): string {
  return printable(text, Number.POSITIVE_INFINITY);
}

function tone(cell: TextCell | undefined): Tone | null {
  return typeof cell === "object" && cell !== null ? cell.tone : null;
}

function painted(colors: Colors, text: string, wanted: Tone | null): string {
  if (text === "") return text;
  switch (wanted) {
    case null:
      return text;
    case "good":
      return colors.green(text);
    case "bad":
      return colors.red(text);
    case "notice":
      return colors.yellow(text);
    case "faint":
      return colors.dim(text);
  }
}
