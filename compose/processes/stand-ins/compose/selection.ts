// The services that a call of compose is about: those that it names, else all whose profiles are active, in the order of
// their dependencies. A stack has the services that it was started with; what it would need others for is refused.

import { isActive } from "../../compose-file/profiles.ts";
import type { ComposeService } from "../../compose-file/service.ts";
import type { ServicePlan } from "../../plan.ts";
import { dependenciesFirst } from "../../running/order.ts";
import { notHere, ToolFailure } from "../tool-failure.ts";
import { cannotAdd, isPart } from "./addition.ts";
import type { ComposeCall } from "./compose.ts";
import type { Project } from "./project.ts";

type Call = Pick<ComposeCall, "stack" | "project">;

/** @throws ToolFailure if one that is named does not exist, or is not part of the stack */
export function selectServices(call: Call, names: readonly string[]): readonly ServicePlan[] {
  const wanted = wantedNames(call, names);
  // What profiles would have besides does not run, so that there is nothing to do with it.
  return partsOf(call, wanted, names);
}

/**
 * Like `selectServices`, for what starts services, and on request what they depend on.
 * @throws ToolFailure also if the call would start others than the stack has, which nobody would notice the lack of
 */
export function selectToStart(
  call: Call,
  names: readonly string[],
  { withDependencies }: { readonly withDependencies: boolean },
): readonly ServicePlan[] {
  const named = wantedNames(call, names);
  const wanted = withDependencies ? closureOf(call.project, named) : named;
  return partsOf(call, wanted, wanted);
}

/** Those of the compose file that are there with the profiles of the call. */
export function activeServices({ services, profiles }: Project): ReadonlyMap<string, ComposeService> {
  return new Map([...services].filter(([, service]) => isActive(service, profiles)));
}

/** Whether it does its work once and ends. */
export function isJob({ launch }: ServicePlan): boolean {
  return launch.readiness.kind === "completed";
}

/** @throws ToolFailure for a name that there is no service of, or none here */
function wantedNames({ stack, project }: Call, names: readonly string[]): ReadonlySet<string> {
  for (const name of names) {
    const reason = stack.leftOut.find((service) => service.name === name)?.reason;
    if (reason !== undefined) throw notHere(`${name} (${reason})`);
    const isKnown = project.services.has(name) || isPart(stack, name);
    if (!isKnown) throw new ToolFailure(`no such service: ${name}`, 1);
  }
  return new Set(names.length > 0 ? names : activeServices(project).keys());
}

/** @throws ToolFailure if the stack lacks one of `needed` */
function partsOf(
  { stack, project }: Call,
  wanted: ReadonlySet<string>,
  needed: Iterable<string>,
): readonly ServicePlan[] {
  const lacking = new Set([...needed].filter((name) => !isPart(stack, name)));
  if (lacking.size > 0) throw cannotAdd(stack, project, lacking);
  return dependenciesFirst(stack.services).filter(({ name }) => wanted.has(name));
}

/** Names of services with all that they depend on, as far as that is active. */
function closureOf(project: Project, names: Iterable<string>): ReadonlySet<string> {
  const active = activeServices(project);
  const needed = new Set(names);
  // What is added on the way is visited, too.
  for (const name of needed) {
    const { dependsOn = {} } = project.services.get(name) ?? {};
    for (const dependency of Object.keys(dependsOn)) if (active.has(dependency)) needed.add(dependency);
  }
  return needed;
}
