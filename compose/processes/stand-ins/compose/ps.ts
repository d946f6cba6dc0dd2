// `docker compose ps`: the services that run, or all.

import { systemClock } from "../../../../src/runtime/clock.ts";
import { listedContainers, listing, statusText } from "../docker/containers.ts";
import type { FlagSpec } from "../flags.ts";
import { print, table, write } from "../terminal.ts";
import type { ComposeCall } from "./compose.ts";
import { selectServices } from "./selection.ts";

export const COMPOSE_PS_FLAGS: readonly FlagSpec[] = [
  { name: "all", short: "a" },
  { name: "quiet", short: "q" },
  { name: "services" },
];

export async function composePs({ stack, flags }: ComposeCall): Promise<number> {
  const names = selectServices(stack, flags.words).map(({ name }) => name);
  const nowMs = systemClock.nowMs();
  const listed = await listedContainers(stack, flags.has("all"));
  const rows = listed.filter(({ container }) => names.includes(container.name));
  if (flags.has("quiet") || flags.has("services")) {
    for (const { container } of rows) print(flags.has("services") ? container.name : container.id);
    return 0;
  }
  const cells = rows.map((row) => {
    const { container, status } = row;
    const { image, command, created, ports } = listing(row, nowMs);
    return [container.name, image, command, container.name, created, statusText(status, nowMs), ports];
  });
  write("stdout", table(["NAME", "IMAGE", "COMMAND", "SERVICE", "CREATED", "STATUS", "PORTS"], cells));
  return 0;
}
