// `docker compose run`: a command once, in a container of its own made as a service's is. It does not matter whether the
// service runs.

import { isOwnProgram, OWN_PROGRAM, serviceRoot } from "../container/root.ts";
import { runInside } from "../container/run-inside.ts";
import type { FlagSpec } from "../flags.ts";
import { notHere, ToolFailure } from "../tool-failure.ts";
import type { ComposeCall } from "./compose.ts";
import { isJob, selectToStart } from "./selection.ts";

export const COMPOSE_RUN_FLAGS: readonly FlagSpec[] = [
  { name: "rm" },
  { name: "no-deps" },
  { name: "no-TTY", short: "T" },
  { name: "env", short: "e", takes: "value" },
];

export async function composeRun(call: ComposeCall): Promise<number> {
  const { stack, flags } = call;
  const [name = "", ...words] = flags.words;
  if (name === "") throw new ToolFailure('"docker compose run" requires at least 1 argument', 1);
  const needed = selectToStart(call, [name], { withDependencies: !flags.has("no-deps") });
  const plan = needed.find((each) => each.name === name);
  if (needed.some((other) => other !== plan && !isJob(other) && stack.processOf(other.name) === null)) {
    throw notHere("how to start what a command depends on; --no-deps goes without");
  }
  if (words.length === 0) throw notHere("the service's own command, a second time");
  return await runInside({
    root: serviceRoot(stack, name),
    // The other images of the stack have no entrypoint that stays.
    command: plan !== undefined && isOwnProgram(plan) ? [OWN_PROGRAM, ...words] : words,
    // It is attached without being asked.
    interactive: true,
    env: flags.all("env"),
  });
}
