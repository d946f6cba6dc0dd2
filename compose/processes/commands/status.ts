// The services of a stack, for people and for programs.

import type { Printer } from "../../../src/cli/printer.ts";
import { printTable } from "../../../src/cli/table.ts";
import { isoTime } from "../../../src/runtime/time-text.ts";
import type { Stack } from "../stack.ts";

/** Whether all services are ready. */
export async function printStatus(stack: Stack, printer: Printer, asJson: boolean): Promise<boolean> {
  const services = await stack.status();
  const isReady = services.every(({ state }) => state === "ready" || state === "completed");
  if (asJson) {
    printer.json({
      ready: isReady,
      dir: stack.dir,
      port_offset: stack.portOffset,
      services: services.map(({ name, version, state, process, startedAtMs, ports, log }) => ({
        name,
        version,
        state,
        pid: process?.pid ?? null,
        started_at: startedAtMs === null ? null : isoTime(startedAtMs),
        ports,
        log,
      })),
      left_out: stack.leftOut,
    });
    return isReady;
  }
  const rows = services.map(({ name, version, state, process, ports }) => [
    name,
    state,
    process?.pid ?? null,
    ports.join(" "),
    version,
  ]);
  printTable(printer, ["service", "state", "pid", "ports", "runs"], rows);
  for (const { name, reason } of stack.leftOut) printer.line(`${name}: left out, ${reason}`);
  return isReady;
}
