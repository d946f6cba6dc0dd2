// Where a stack whose ports are shifted is reached, for those who read pages that say the ports of the compose file.

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
