// `docker compose start`, `stop`, `restart` and `kill`. None of them waits until a program is ready. Jobs that have done
// their work are left alone.

import type { ServicePlan } from "../../plan.ts";
import { KILL_FLAGS, kill } from "../docker/lifecycle.ts";
import { complain } from "../terminal.ts";
import type { ComposeCall } from "./compose.ts";
import { isJob, selectServices, selectToStart } from "./selection.ts";

export const COMPOSE_KILL_FLAGS = KILL_FLAGS;

export function composeStart(call: ComposeCall): Promise<number> {
  selectToStart(call, call.flags.words, { withDependencies: false });
  return inOrder(call, "Started", ({ name }) => call.stack.launch(name));
}

export async function composeStop(call: ComposeCall): Promise<number> {
  for (const plan of [...longRunning(call)].reverse()) {
    await call.stack.stop(plan.name);
    say(plan, "Stopped");
  }
  return 0;
}

export function composeRestart(call: ComposeCall): Promise<number> {
  const { stack } = call;
  return inOrder(call, "Started", async ({ name }) => {
    await stack.stop(name);
    await stack.launch(name);
  });
}

export async function composeKill(call: ComposeCall): Promise<number> {
  const { stack, flags } = call;
  const words = longRunning(call).flatMap(({ name }) => (stack.processOf(name) === null ? [] : [name]));
  return words.length === 0 ? 0 : await kill(stack, { ...flags, words });
}

async function inOrder(
  call: ComposeCall,
  done: string,
  act: (plan: ServicePlan) => Promise<void>,
): Promise<number> {
  for (const plan of longRunning(call)) {
    await act(plan);
    say(plan, done);
  }
  return 0;
}

function longRunning(call: ComposeCall): readonly ServicePlan[] {
  return selectServices(call, call.flags.words).filter((plan) => !isJob(plan));
}

/** Progress goes to standard error. */
function say({ name }: ServicePlan, what: string): void {
  complain(` Container ${name}  ${what}`);
}
