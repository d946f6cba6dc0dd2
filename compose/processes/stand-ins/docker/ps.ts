// `docker ps`: the containers that run, or all.

import { systemClock } from "../../../../src/runtime/clock.ts";
import type { Stack } from "../../stack.ts";
import type { FlagSpec, ParsedFlags } from "../flags.ts";
import { print, table, write } from "../terminal.ts";
import { ToolFailure } from "../tool-failure.ts";
import { type Container, containers, isUp, listing, statusText } from "./containers.ts";

export const PS_FLAGS: readonly FlagSpec[] = [
  { name: "all", short: "a" },
  { name: "quiet", short: "q" },
  { name: "no-trunc" },
  { name: "filter", short: "f", takes: "value" },
];

export async function ps(stack: Stack, flags: ParsedFlags): Promise<number> {
  const filters = flags.all("filter").map(readFilter);
  const nowMs = systemClock.nowMs();
  const states = new Map((await stack.status()).map((status) => [status.name, status]));
  const rows = containers(stack).flatMap((container) => {
    const status = states.get(container.name);
    const isShown = status !== undefined && (flags.has("all") || isUp(status));
    return isShown && filters.every((fits) => fits(container)) ? [{ container, status }] : [];
  });
  const idOf = ({ id }: Container) => (flags.has("no-trunc") ? id : id.slice(0, 12));
  if (flags.has("quiet")) {
    for (const { container } of rows) print(idOf(container));
    return 0;
  }
  const cells = rows.map(({ container, status }) => {
    const { image, command, created, ports } = listing(container, status, nowMs);
    return [idOf(container), image, command, created, statusText(status, nowMs), ports, container.name];
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
