// `docker compose start`, `stop`, `restart` and `kill`. None of them waits until a program is ready. Jobs that have done
// their work are left alone.

import type { ServicePlan } from "../../plan.ts";
import { KILL_FLAGS, kill } from "../docker/lifecycle.ts";
import { complain } from "../terminal.ts";
import type { ComposeCall } from "./compose.ts";
import { isJob, selectServices, selectToStart } from "./selection.ts";

export const COMPOSE_KILL_FLAGS = KILL_FLAGS;

export function composeStart(call: ComposeCall): Promise<number> {
  const { stack, flags } = call;
  const chosen = selectToStart(call, flags.words, { withDependencies: false });
  return inOrder(chosen, "Started", ({ name }) => stack.launch(name));
}

export async function composeStop(call: ComposeCall): Promise<number> {
  const { stack, flags } = call;
  const chosen = selectServices(call, flags.words).toReversed();
  return await inOrder(chosen, "Stopped", async ({ name }) => void (await stack.stop(name)));
}

export function composeRestart(call: ComposeCall): Promise<number> {
  const { stack, flags } = call;
  return inOrder(selectServices(call, flags.words), "Started", async ({ name }) => {
    await stack.stop(name);
    await stack.launch(name);
  });
}

export async function composeKill(call: ComposeCall): Promise<number> {
  const { stack, flags } = call;
  const chosen = selectServices(call, flags.words).filter(isLongRunning);
  const words = chosen.flatMap(({ name }) => (stack.processOf(name) === null ? [] : [name]));
  return words.length === 0 ? 0 : await kill(stack, { ...flags, words });
}

async function inOrder(
  chosen: readonly ServicePlan[],
  done: string,
  act: (plan: ServicePlan) => Promise<void>,
): Promise<number> {
  for (const plan of chosen.filter(isLongRunning)) {
    await act(plan);
    say(plan, done);
  }
  return 0;
}

function isLongRunning(plan: ServicePlan): boolean {
  return !isJob(plan);
}

/** Progress goes to standard error. */
function say({ name }: ServicePlan, what: string): void {
  complain(` Container ${name}  ${what}`);
}
