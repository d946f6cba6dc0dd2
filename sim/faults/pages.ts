// The parts of the fault pages that are made from the faults themselves, so that they stay true: parameters, alerts, and
// the index of all.

import { DashstreamError } from "../../src/errors.ts";
import type { Fault } from "./fault.ts";
import { faultParams } from "./fault-params.ts";

const BEGIN = "<!-- made by `make generate`; do not edit -->";
const END = "<!-- end of what is made -->";

/** The page of a fault with its made part renewed; what people wrote around it stays. `null`: it has no page yet. */
export function faultPage(fault: Fault, page: string | null): string {
  const begun = `# ${fault.name}\n\n${fault.summary}\n\n${BEGIN}\n\n${END}\n`;
  return renewed(page ?? begun, `${parameters(fault)}\n\n${alerts(fault)}`);
}

/** The index with its list renewed. */
export function faultIndex(faults: Iterable<Fault>, page: string): string {
  const rows = [...faults].map(({ name, area, summary, raises }) =>
    row([`[${name}](${name}.md)`, area, summary, raises.map((alert) => `\`${alert}\``).join(", ")]),
  );
  return renewed(
    page,
    [row(["fault", "area", "what breaks", "raises"]), "|---|---|---|---|", ...rows].join("\n"),
  );
}

function renewed(page: string, made: string): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin === -1 || end < begin) {
    throw new DashstreamError("invariant", `a page has no part between "${BEGIN}" and "${END}"`);
  }
  return `${page.slice(0, begin + BEGIN.length)}\n\n${made}\n\n${page.slice(end)}`;
}

function parameters(fault: Fault): string {
  const params = faultParams(fault);
  if (params.length === 0) return "It has no parameters.";
  return [
    row(["parameter", "default", "expected", "meaning"]),
    "|---|---|---|---|",
    ...params.map(({ name, fallback, expected, meaning }) =>
      row([`\`${name}\``, fallback === null ? "must be given" : `\`${fallback}\``, expected, meaning]),
    ),
  ].join("\n");
}

function alerts({ raises, mayRaise }: Fault): string {
  if (raises.length + mayRaise.length === 0) return "It raises no alert.";
  return [
    row(["alert", "raised"]),
    "|---|---|",
    ...raises.map((alert) => row([`\`${alert}\``, "yes"])),
    ...mayRaise.map(({ alert, because }) => row([`\`${alert}\``, `perhaps: ${because}`])),
  ].join("\n");
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}
