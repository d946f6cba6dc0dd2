// What a stack would need others for than the services that it has: said with the call of `make stack-up` that adds them, and
// as little else as can be.

import { isActive } from "../../compose-file/profiles.ts";
import type { ComposeService } from "../../compose-file/service.ts";
import { COMPOSE_FILE, type Stack } from "../../stack.ts";
import { notHere, type ToolFailure } from "../tool-failure.ts";
import type { Project } from "./project.ts";

/** Whether a stack has a service. What is left out was said when it was started. */
export function isPart({ services, leftOut }: Stack, name: string): boolean {
  return [...services, ...leftOut].some((service) => service.name === name);
}

/** @param lacking names of services that the stack was started without */
export function cannotAdd(stack: Stack, project: Project, lacking: ReadonlySet<string>): ToolFailure {
  const absent = [...project.services.values()].filter(({ name }) => !isPart(stack, name));
  const added = absent.filter(({ name }) => lacking.has(name));
  const others = absent.filter(({ name }) => !lacking.has(name));
  const missing = [...new Set(added.flatMap((service) => profileFor(service, others, project.profiles)))];
  const names = added.map(({ name }) => name).join(", ");
  const where =
    missing.length === 0 ? "the file" : `profile${missing.length === 1 ? "" : "s"} ${missing.join(", ")}`;
  return notHere(
    `how to add services to a stack, and this one was started without ${names} (${where})`,
    stackUpCall(stack, missing),
  );
}

/** The profile that adds a service: one that was asked for, and of several the one that brings the fewest others along. */
function profileFor(
  { profiles }: ComposeService,
  others: readonly ComposeService[],
  asked: readonly string[],
): readonly string[] {
  const count = (profile: string) => others.filter((other) => isActive(other, [profile])).length;
  const mine = profiles.filter((profile) => asked.includes(profile));
  return (mine.length > 0 ? mine : profiles).toSorted((a, b) => count(a) - count(b)).slice(0, 1);
}

/** Starts what is missing beside what runs. */
function stackUpCall(stack: Stack, missing: readonly string[]): string {
  const { portOffset, kafka, binary, composeFile } = stack;
  const profiles = [...new Set([...stack.profiles, ...missing])];
  return [
    ...(portOffset === 0 ? [] : [`STACK_PORT_OFFSET=${portOffset}`]),
    ...(kafka === "kafka-3.9" ? [] : [`STACK_KAFKA=${kafka.replace("kafka-", "")}`]),
    ...(binary === null ? [] : [`STACK_BINARY=${binary}`]),
    ...(composeFile === COMPOSE_FILE ? [] : [`STACK_COMPOSE_FILE=${composeFile}`]),
    ...(profiles.length === 0 ? [] : [`STACK_PROFILES=${profiles.join(",")}`]),
    "make stack-up (in the folder of the Makefile)",
  ].join(" ");
}
