// The services that a call of compose names, or all of them, in the order of their dependencies.

import type { ServicePlan } from "../../plan.ts";
import { dependenciesFirst } from "../../running/order.ts";
import type { Stack } from "../../stack.ts";
import { ToolFailure } from "../tool-failure.ts";

/** @throws ToolFailure if there is no such service */
export function selectServices(stack: Stack, names: readonly string[]): readonly ServicePlan[] {
  const ordered = dependenciesFirst(stack.services);
  const missing = names.find((name) => !ordered.some((plan) => plan.name === name));
  if (missing !== undefined) throw new ToolFailure(`no such service: ${missing}`, 1);
  return names.length === 0 ? ordered : ordered.filter(({ name }) => names.includes(name));
}

/** Whether it does its work once and ends. */
export function isJob({ launch }: ServicePlan): boolean {
  return launch.readiness.kind === "completed";
}
