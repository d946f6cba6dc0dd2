// The few forms of Markdown that the pages of the runbook are made of.

import type { Step } from "../alert.ts";

/** Blocks with an empty line between them; the text ends with a line feed. */
export function blocks(...parts: readonly string[]): string {
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** A heading with what belongs to it; nothing if there is nothing. */
export function section(title: string, body: string): string {
  return body === "" ? "" : `## ${title}\n\n${body}`;
}

export function fence(language: string, code: string): string {
  return `\`\`\`${language}\n${code}\n\`\`\``;
}

export function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join("\n");
}

/** Steps in their order, each command in a block of its own that can be copied as it stands. */
export function steps(all: readonly Step[]): string {
  return all
    .map(({ say, run }, index) => {
      const line = `${index + 1}. ${say}`;
      return run === undefined ? line : `${line}\n\n${indented(fence("sh", run))}`;
    })
    .join("\n\n");
}

export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  return [line(headings), line(headings.map(() => "---")), ...rows.map(line)].join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

/** So that a block belongs to the list item above it. */
function indented(text: string): string {
  return text.replace(/^(?=.)/gm, "   ");
}
