// The shell blocks of a Markdown page, each with the place that a reader would name: page, section, and the how manieth it
// is there.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Ours are generated from the registry of alerts; printed is the runbook that they were made from. */
export type Edition = "ours" | "printed";

export interface Block {
  readonly edition: Edition;
  /** Name of the file without its ending, or the heading in the printed runbook. */
  readonly page: string;
  readonly section: string;
  /** From 1 within the section. */
  readonly number: number;
  readonly text: string;
}

const ROOT = join(import.meta.dir, "..", "..", "..");
const PAGES_FOLDER = join(ROOT, "compose", "runbook");
/** Lies beside the project where there is one. */
const PRINTED_RUNBOOK = join(ROOT, "..", "shared", "spec", "runbook.md");
/** What this test writes about the pages is none of them. */
const REPORT = "BLOCKS.md";

/** `page: section, number`. */
export function placeOf({ page, section, number }: Pick<Block, "page" | "section" | "number">): string {
  return `${page}: ${section}, ${number}`;
}

/** The block of `blocks` at a place of an edition, if it is there. */
export function blockAt(
  blocks: readonly Block[],
  place: Pick<Block, "edition" | "page" | "section" | "number">,
): Block | undefined {
  return blocks.find((block) => block.edition === place.edition && placeOf(block) === placeOf(place));
}

/** Of the generated pages. */
export function ourBlocks(): readonly Block[] {
  return readdirSync(PAGES_FOLDER)
    .filter((name) => name.endsWith(".md") && name !== REPORT)
    .sort()
    .flatMap((name) => {
      const text = readFileSync(join(PAGES_FOLDER, name), "utf8");
      const page = name.replace(/\.md$/, "");
      return blocksOf("ours", text, "sh", () => page);
    });
}

/** `null` where the printed runbook is not to be had. */
export function printedBlocks(): readonly Block[] | null {
  if (!existsSync(PRINTED_RUNBOOK)) return null;
  const text = readFileSync(PRINTED_RUNBOOK, "utf8");
  return blocksOf("printed", text, "bash", (heading) => heading.replace(/ \(.*\)$/, ""));
}

/** A block after a heading, with the bold words that stand before it as its section, else the heading itself. */
function blocksOf(
  edition: Edition,
  markdown: string,
  language: string,
  pageOf: (heading: string) => string,
): readonly Block[] {
  const blocks: Block[] = [];
  let heading = "";
  let section = "";
  let open: { readonly indent: string; readonly isShell: boolean; readonly lines: string[] } | null = null;
  for (const line of markdown.split("\n")) {
    const [, indent = "", fence] = /^(\s*)```(\w*)\s*$/.exec(line) ?? [];
    if (open !== null) {
      if (fence === undefined)
        open.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
      else {
        if (open.isShell) {
          const page = pageOf(heading);
          const before = blocks.filter((block) => block.page === page && block.section === section);
          blocks.push({ edition, page, section, number: before.length + 1, text: open.lines.join("\n") });
        }
        open = null;
      }
    } else if (fence !== undefined) {
      open = { indent, isShell: fence === language, lines: [] };
    } else {
      const [, level, title] = /^(#{1,4}) (.*)$/.exec(line) ?? [];
      // In our pages a heading of the second level is a section of the page.
      if (title !== undefined && level !== "#") {
        heading = title;
        section = edition === "ours" ? title : "";
      }
      const label = /^(?:\d+\. )?\*\*([^*]+)\*\*/.exec(line)?.[1];
      if (edition === "printed" && label !== undefined) section = label.replace(/:$/, "");
    }
  }
  return blocks;
}

/** The parts of a block that one would copy by themselves: what stands between empty lines. */
export function piecesOf({ text }: Block): readonly string[] {
  return text.split(/\n(?:[ \t]*\n)+/).filter((piece) => piece.trim() !== "");
}
