// `docker exec`: only in what runs; standard input only with `-i`.

import { isatty } from "node:tty";
import type { Stack } from "../../stack.ts";
import { serviceRoot } from "../container/root.ts";
import { runInside } from "../container/run-inside.ts";
import type { FlagSpec, ParsedFlags } from "../flags.ts";
import { ToolFailure } from "../tool-failure.ts";
import { findContainer, isRunning } from "./containers.ts";

export const EXEC_FLAGS: readonly FlagSpec[] = [
  { name: "interactive", short: "i" },
  { name: "tty", short: "t" },
  { name: "env", short: "e", takes: "value" },
  { name: "workdir", short: "w", takes: "value" },
];

export async function exec(stack: Stack, flags: ParsedFlags): Promise<number> {
  const [name = "", ...command] = flags.words;
  requireTerminal(flags);
  const container = findContainer(stack, name);
  if (!isRunning(stack, container)) {
    throw new ToolFailure(`Error response from daemon: container ${container.id} is not running`, 1);
  }
  return await runInside({
    root: serviceRoot(stack, container.name),
    command,
    interactive: flags.has("interactive"),
    env: flags.all("env"),
    workDir: flags.last("workdir"),
  });
}

/** A terminal for the command is had from a terminal only. */
export function requireTerminal(flags: ParsedFlags): void {
  if (flags.has("tty") && flags.has("interactive") && !isatty(0)) {
    throw new ToolFailure("the input device is not a TTY", 1);
  }
}
