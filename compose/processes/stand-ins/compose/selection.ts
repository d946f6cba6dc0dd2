// The services that a call of compose is about: those that it names, else all whose profiles are active, in the order of
// their dependencies. A stack has the services that it was started with; what it would need others for is refused.

import { isActive } from "../../compose-file/profiles.ts";
import type { ComposeService } from "../../compose-file/service.ts";
import type { ServicePlan } from "../../plan.ts";
import { dependenciesFirst } from "../../running/order.ts";
import { COMPOSE_FILE, type Stack } from "../../stack.ts";
import { notHere, ToolFailure } from "../tool-failure.ts";
import type { Project } from "./project.ts";

export interface Selecting {
  readonly stack: Stack;
  readonly project: Project;
}

/** @throws ToolFailure if there is no such service, or it is not part of the stack */
export function selectServices(
  { stack, project }: Selecting,
  names: readonly string[],
): readonly ServicePlan[] {
  for (const name of names) requireKnown(stack, project, name);
  const wanted = wantedNames(project, names);
  return dependenciesFirst(stack.services).filter(({ name }) => wanted.has(name));
}

/**
 * Like `selectServices`, for what starts services, and on request what they depend on.
 * @throws ToolFailure also if the call would start others than the stack has, which nobody would notice the lack of
 */
export function selectToStart(
  { stack, project }: Selecting,
  names: readonly string[],
  { withDependencies }: { readonly withDependencies: boolean },
): readonly ServicePlan[] {
  for (const name of names) requireKnown(stack, project, name);
  const named = wantedNames(project, names);
  const wanted = withDependencies ? closureOf(project, named) : named;
  const added = [...project.services.values()].filter(({ name }) => wanted.has(name) && !isPart(stack, name));
  if (added.length > 0) throw cannotAdd(stack, project, added);
  return dependenciesFirst(stack.services).filter(({ name }) => wanted.has(name));
}

/** Those of the compose file that are there with the profiles of the call. */
export function activeServices({ services, profiles }: Project): ReadonlyMap<string, ComposeService> {
  return new Map([...services].filter(([, service]) => isActive(service, profiles)));
}

/** Whether it does its work once and ends. */
export function isJob({ launch }: ServicePlan): boolean {
  return launch.readiness.kind === "completed";
}

/** What is left out was said when the stack was started. */
function isPart(stack: Stack, name: string): boolean {
  return [...stack.services, ...stack.leftOut].some((service) => service.name === name);
}

function requireKnown(stack: Stack, project: Project, name: string): void {
  if (stack.services.some((plan) => plan.name === name)) return;
  const reason = stack.leftOut.find((service) => service.name === name)?.reason;
  if (reason !== undefined) throw notHere(`${name} (${reason})`);
  const service = project.services.get(name);
  if (service === undefined) throw new ToolFailure(`no such service: ${name}`, 1);
  throw cannotAdd(stack, project, [service]);
}

function wantedNames(project: Project, names: readonly string[]): ReadonlySet<string> {
  return new Set(names.length > 0 ? names : activeServices(project).keys());
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

function cannotAdd(stack: Stack, { profiles }: Project, added: readonly ComposeService[]): ToolFailure {
  const all = [...new Set(added.flatMap((service) => service.profiles))];
  const asked = all.filter((profile) => profiles.includes(profile));
  // A service that is named, or `*`, is meant with any of its profiles.
  const missing = asked.length > 0 ? asked : all;
  const names = added.map(({ name }) => name).join(", ");
  const where =
    missing.length === 0 ? "the file" : `profile${missing.length === 1 ? "" : "s"} ${missing.join(", ")}`;
  return notHere(
    `how to add services to a stack, and this one was started without ${names} (${where})`,
    restart(stack, missing),
  );
}

/** The call that starts what is missing beside what runs. */
function restart({ profiles, portOffset, kafka, composeFile }: Stack, missing: readonly string[]): string {
  const joined = [...new Set([...profiles, ...missing])];
  return [
    ...(portOffset === 0 ? [] : [`STACK_PORT_OFFSET=${portOffset}`]),
    ...(kafka === "kafka-3.9" ? [] : [`STACK_KAFKA=${kafka.replace("kafka-", "")}`]),
    ...(composeFile === COMPOSE_FILE ? [] : [`STACK_COMPOSE_FILE=${composeFile}`]),
    ...(joined.length === 0 ? [] : [`STACK_PROFILES=${joined.join(",")}`]),
    "make stack-up (in the folder of the Makefile)",
  ].join(" ");
}
