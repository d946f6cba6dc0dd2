// `docker compose logs`: the logs of services, each line behind the name of its service.

import { containers } from "../docker/containers.ts";
import { follow, LOGS_FLAGS, showTail, tailOptions } from "../docker/logs.ts";
import type { FlagSpec } from "../flags.ts";
import type { ComposeCall } from "./compose.ts";
import { selectServices } from "./selection.ts";

export const COMPOSE_LOGS_FLAGS: readonly FlagSpec[] = [
  ...LOGS_FLAGS,
  { name: "no-color" },
  { name: "no-log-prefix" },
];

export async function composeLogs(call: ComposeCall): Promise<number> {
  const { stack, flags } = call;
  const names = selectServices(call, flags.words).map(({ name }) => name);
  const wanted = containers(stack).filter(({ name }) => names.includes(name));
  const width = Math.max(...wanted.map(({ name }) => name.length));
  const options = tailOptions(flags);
  const followed = wanted.map((container) => {
    const prefix = flags.has("no-log-prefix") ? "" : `${container.name.padEnd(width)}  | `;
    return { container, prefix, end: showTail(container, options, prefix) };
  });
  if (flags.has("follow")) await follow(followed, stack);
  return 0;
}
