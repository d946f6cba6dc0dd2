// `docker start`, `stop`, `restart` and `kill`: each container by itself, so that one that is not there keeps no other from
// its turn. None of them waits until a program is ready.

import { readSignal } from "../../signals.ts";
import type { Stack } from "../../stack.ts";
import type { FlagSpec, ParsedFlags } from "../flags.ts";
import { complain, print } from "../terminal.ts";
import { notHere, ToolFailure } from "../tool-failure.ts";
import { type Container, findContainer, isRunning } from "./containers.ts";

export const START_FLAGS: readonly FlagSpec[] = [];
export const STOP_FLAGS: readonly FlagSpec[] = [
  { name: "time", short: "t", takes: "value" },
  { name: "timeout", takes: "value" },
];
export const KILL_FLAGS: readonly FlagSpec[] = [{ name: "signal", short: "s", takes: "value" }];

export function start(stack: Stack, flags: ParsedFlags): Promise<number> {
  return forEach(stack, flags, ({ name }) => stack.launch(name));
}

export function stop(stack: Stack, flags: ParsedFlags): Promise<number> {
  refuseTime(flags);
  return forEach(stack, flags, async ({ name }) => void (await stack.stop(name)));
}

export function restart(stack: Stack, flags: ParsedFlags): Promise<number> {
  refuseTime(flags);
  return forEach(stack, flags, async ({ name }) => {
    await stack.stop(name);
    await stack.launch(name);
  });
}

export function kill(stack: Stack, flags: ParsedFlags): Promise<number> {
  const text = flags.last("signal") ?? "KILL";
  const signal = readSignal(text);
  if (signal === null) throw new ToolFailure(`Error response from daemon: Invalid signal: ${text}`, 1);
  return forEach(stack, flags, async (container) => {
    const { name, id } = container;
    if (!isRunning(stack, container)) {
      throw new ToolFailure(
        `Error response from daemon: cannot kill container: ${name}: container ${id} is not running`,
        1,
      );
    }
    if (signal === "SIGKILL") await stack.kill(name);
    else stack.signal(name, signal);
  });
}

async function forEach(
  stack: Stack,
  { words }: ParsedFlags,
  act: (container: Container) => Promise<void>,
): Promise<number> {
  let exitCode = 0;
  for (const word of words) {
    try {
      await act(findContainer(stack, word));
      print(word);
    } catch (error) {
      if (!(error instanceof ToolFailure)) throw error;
      complain(error.message);
      ({ exitCode } = error);
    }
  }
  return exitCode;
}

/** The grace period is that of the compose file. */
function refuseTime(flags: ParsedFlags): void {
  if (flags.last("time") !== null || flags.last("timeout") !== null) throw notHere("a time to stop");
}
