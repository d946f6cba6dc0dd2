// `docker compose start`, `stop`, `restart` and `kill`. None of them waits until a program is ready. Jobs that have done
// their work are left alone.

import type { ServicePlan } from "../../plan.ts";
import type { Stack } from "../../stack.ts";
import { KILL_FLAGS, kill } from "../docker/lifecycle.ts";
import type { ParsedFlags } from "../flags.ts";
import { complain } from "../terminal.ts";
import type { ComposeCall } from "./compose.ts";
import { isJob, selectServices } from "./selection.ts";

export const COMPOSE_KILL_FLAGS = KILL_FLAGS;

export function composeStart({ stack, flags }: ComposeCall): Promise<number> {
  return inOrder(stack, flags, "Started", ({ name }) => stack.launch(name));
}

export async function composeStop({ stack, flags }: ComposeCall): Promise<number> {
  for (const plan of [...longRunning(stack, flags)].reverse()) {
    await stack.stop(plan.name);
    say(plan, "Stopped");
  }
  return 0;
}

export function composeRestart({ stack, flags }: ComposeCall): Promise<number> {
  return inOrder(stack, flags, "Started", async ({ name }) => {
    await stack.stop(name);
    await stack.launch(name);
  });
}

export async function composeKill({ stack, flags }: ComposeCall): Promise<number> {
  const words = longRunning(stack, flags).flatMap(({ name }) =>
    stack.processOf(name) === null ? [] : [name],
  );
  return words.length === 0 ? 0 : await kill(stack, { ...flags, words });
}

async function inOrder(
  stack: Stack,
  flags: ParsedFlags,
  done: string,
  act: (plan: ServicePlan) => Promise<void>,
): Promise<number> {
  for (const plan of longRunning(stack, flags)) {
    await act(plan);
    say(plan, done);
  }
  return 0;
}

function longRunning(stack: Stack, { words }: ParsedFlags): readonly ServicePlan[] {
  return selectServices(stack, words).filter((plan) => !isJob(plan));
}

/** Progress goes to standard error. */
function say({ name }: ServicePlan, what: string): void {
  complain(` Container ${name}  ${what}`);
}
