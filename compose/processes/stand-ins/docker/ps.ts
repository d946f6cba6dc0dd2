// `docker ps`: the containers that run, or all.

import { systemClock } from "../../../../src/runtime/clock.ts";
import type { Stack } from "../../stack.ts";
import type { FlagSpec, ParsedFlags } from "../flags.ts";
import { print, table, write } from "../terminal.ts";
import { ToolFailure } from "../tool-failure.ts";
import { type Container, listedContainers, listing, shortId, statusText } from "./containers.ts";

export const PS_FLAGS: readonly FlagSpec[] = [
  { name: "all", short: "a" },
  { name: "quiet", short: "q" },
  { name: "no-trunc" },
  { name: "filter", short: "f", takes: "value" },
];

export async function ps(stack: Stack, flags: ParsedFlags): Promise<number> {
  const filters = flags.all("filter").map(readFilter);
  const nowMs = systemClock.nowMs();
  const listed = await listedContainers(stack, flags.has("all"));
  const rows = listed.filter(({ container }) => filters.every((fits) => fits(container)));
  const idOf = (container: Container) => (flags.has("no-trunc") ? container.id : shortId(container));
  if (flags.has("quiet")) {
    for (const { container } of rows) print(idOf(container));
    return 0;
  }
  const cells = rows.map((row) => {
    const { container } = row;
    const { image, command, created, ports } = listing(row, nowMs);
    return [idOf(container), image, command, created, statusText(row, nowMs), ports, container.name];
  });
  write("stdout", table(["CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES"], cells));
  return 0;
}

/** Of the filters of Docker the one for names, which are parts of names or patterns. */
function readFilter(text: string): (container: Container) => boolean {
  const [key, value = ""] = text.split("=");
  if (!text.includes("="))
    throw new ToolFailure(
      `invalid argument "${text}" for "-f, --filter" flag: bad format of filter (expected name=value)`,
      125,
    );
  if (key !== "name") throw new ToolFailure(`Error response from daemon: invalid filter '${key}'`, 1);
  const pattern = new RegExp(value);
  return ({ name }) => pattern.test(name);
}
