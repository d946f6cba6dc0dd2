// What differs for those who read pages that say the ports and files of the compose file: where a stack whose ports are shifted
// is reached, and where the copies of mounted files lie.

import { dirname, relative } from "node:path";
import type { Printer } from "../../../src/cli/printer.ts";
import { printTable } from "../../../src/cli/table.ts";
import { LOOPBACK } from "../places/addresses.ts";
import type { Stack } from "../stack.ts";

/** Prints nothing of a stack whose ports are those of the compose file. */
export function printAddresses(stack: Stack, printer: Printer): void {
  const { portOffset, published } = stack;
  if (portOffset === 0) return;
  const rows = published.map(({ service, published: port, port: here }) => [
    service,
    `localhost:${port}`,
    `${LOOPBACK}:${here}`,
  ]);
  printTable(printer, ["service", "on the pages", "here"], rows);
  printer.line(
    `All ports of this stack are shifted by ${portOffset}, and those of the pages are not: what is typed outside of containers, such as curl, needs the address on the right. Inside (docker exec) the ports of the pages hold. To type everything as printed, start the stack without STACK_PORT_OFFSET, on a machine where these ports are free.`,
  );
}

/** Prints nothing of a stack in which nothing of the project is mounted. */
export function printCopies(stack: Stack, printer: Printer): void {
  const project = dirname(stack.composeFile);
  const rows = stack.services.flatMap(({ name }) =>
    stack.copiesOf(name).map(({ source, target }) => [name, relative(project, source), target]),
  );
  if (rows.length === 0) return;
  printTable(printer, ["service", "mounted", "copy"], rows);
  printer.line(
    `Services read copies of what is mounted. A file that is changed in ${project} is copied again when its service is started, restarted or made anew, or gets SIGHUP, and not before: what Prometheus reads while it runs, such as its targets, is changed or moved in the copy.`,
  );
}
