// `docker compose up --detach`: starts what does not run, and makes anew what runs with other variables than the files say.

import { systemClock } from "../../../../src/runtime/clock.ts";
import type { ServicePlan } from "../../plan.ts";
import type { Stack } from "../../stack.ts";
import type { FlagSpec } from "../flags.ts";
import { complain } from "../terminal.ts";
import { notHere, ToolFailure } from "../tool-failure.ts";
import type { ComposeCall } from "./compose.ts";
import { isJob, selectServices, selectToStart } from "./selection.ts";

export const UP_FLAGS: readonly FlagSpec[] = [
  { name: "detach", short: "d" },
  { name: "build" },
  { name: "no-deps" },
  { name: "wait" },
  { name: "force-recreate" },
  { name: "remove-orphans" },
];

export async function up(call: ComposeCall): Promise<number> {
  const { stack, project, flags } = call;
  if (!flags.has("detach") && !flags.has("wait")) throw notHere("how to stay attached; --detach does not");
  const wanted = selectToStart(call, flags.words, { withDependencies: !flags.has("no-deps") });
  const chosen = selectServices(call, flags.words);
  if (flags.has("build")) complain(` Nothing is built: ${builtFrom(stack)}`);
  for (const plan of wanted) {
    const overrides = placed(stack, plan, project.changes.get(plan.name) ?? {});
    const isSame = JSON.stringify(sorted(overrides)) === JSON.stringify(sorted(plan.overrides ?? {}));
    if (isSame && !(flags.has("force-recreate") && chosen.includes(plan))) await start(stack, plan);
    else await recreate(stack, plan, overrides);
  }
  if (flags.has("wait")) await untilReady(stack, wanted);
  return 0;
}

/** An image that is not as before would make its containers anew; whether sources are as before is not known. */
function builtFrom({ binary }: Stack): string {
  const from = binary === null ? "the sources" : `${binary} (make build)`;
  return `processes run from ${from}, and one that runs keeps what it was started from unless --force-recreate is given`;
}

function placed(
  stack: Stack,
  { name }: ServicePlan,
  env: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(env).map(([key, value]) => [key, stack.placed(value, name)]));
}

function sorted(env: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1));
}

async function start(stack: Stack, plan: ServicePlan): Promise<void> {
  const isUp = stack.processOf(plan.name) !== null;
  complain(` Container ${plan.name}  ${isUp ? "Running" : "Started"}`);
  if (isUp) return;
  // Others wait for what a job has done.
  if (isJob(plan)) await stack.start(plan.name);
  else await stack.launch(plan.name);
}

async function recreate(
  stack: Stack,
  plan: ServicePlan,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  complain(` Container ${plan.name}  Recreate`);
  await stack.recreate(plan.name, env);
  complain(` Container ${plan.name}  Started`);
}

const PAUSE_MS = 50;

/** @throws ToolFailure if one of them ends before */
async function untilReady(stack: Stack, wanted: readonly ServicePlan[]): Promise<void> {
  const waiting = new Set(wanted.filter((plan) => !isJob(plan)).map(({ name }) => name));
  for (;;) {
    const states = (await stack.status()).filter(({ name }) => waiting.has(name));
    for (const { name, state } of states) {
      if (state === "ready") waiting.delete(name);
      if (state === "exited") throw new ToolFailure(`container ${name} exited`, 1);
    }
    if (waiting.size === 0) return;
    await systemClock.sleep(PAUSE_MS);
  }
}
