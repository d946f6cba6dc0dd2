// The services of a stack as containers: their names, ids and states.

import { createHash } from "node:crypto";
import type { ServicePlan } from "../../plan.ts";
import type { ServiceStatus, Stack } from "../../stack.ts";
import { humanDuration } from "../human.ts";
import { ToolFailure } from "../tool-failure.ts";

export interface Container {
  readonly name: string;
  /** 64 hexadecimal digits. */
  readonly id: string;
  readonly plan: ServicePlan;
}

/** Of all services that are not left out. */
export function containers(stack: Stack): readonly Container[] {
  return stack.services.map((plan) => ({ name: plan.name, id: idOf(stack, plan.name), plan }));
}

function idOf({ dir }: Stack, name: string): string {
  return createHash("sha256").update(`${dir}/${name}`).digest("hex");
}

/** By name or the beginning of the id. @throws ToolFailure */
export function findContainer(stack: Stack, name: string): Container {
  const all = containers(stack);
  const found =
    all.find((container) => container.name === name.replace(/^\//, "")) ??
    all.find(({ id }) => /^[0-9a-f]+$/.test(name) && id.startsWith(name));
  if (found !== undefined) return found;
  throw new ToolFailure(`Error response from daemon: No such container: ${name}`, 1);
}

export function isRunning(stack: Stack, { name }: Container): boolean {
  return stack.processOf(name) !== null;
}

/** Until a health check has passed, or failed for good. */
const STARTING_MS = 60_000;

/** `Up 5 minutes (healthy)`, `Exited`, `Created`. */
export function statusText({ state, startedAtMs }: ServiceStatus, nowMs: number): string {
  const age = startedAtMs === null ? 0 : nowMs - startedAtMs;
  switch (state) {
    case "ready":
      return `Up ${humanDuration(age)} (healthy)`;
    case "not ready":
      return `Up ${humanDuration(age)} (${age < STARTING_MS ? "health: starting" : "unhealthy"})`;
    case "completed":
    case "exited":
    case "stopped":
      return "Exited";
  }
}

function isUp({ state }: ServiceStatus): boolean {
  return state === "ready" || state === "not ready";
}

export interface ListedContainer {
  readonly container: Container;
  readonly status: ServiceStatus;
}

/** Those that run, or `all`; each asked now. */
export async function listedContainers(stack: Stack, all: boolean): Promise<readonly ListedContainer[]> {
  const states = new Map((await stack.status()).map((status) => [status.name, status]));
  return containers(stack).flatMap((container) => {
    const status = states.get(container.name);
    return status !== undefined && (all || isUp(status)) ? [{ container, status }] : [];
  });
}

/** What is listed of a container, as both lists have it. */
export function listing({ container: { plan }, status: { startedAtMs } }: ListedContainer, nowMs: number) {
  const command = plan.launch.command.join(" ");
  const created = startedAtMs === null ? "" : `${humanDuration(nowMs - startedAtMs)} ago`;
  const ports = plan.addresses.map(({ port, containerPort }) => `127.0.0.1:${port}->${containerPort}/tcp`);
  return {
    image: plan.image,
    command: `"${command.length > 20 ? `${command.slice(0, 19)}…` : command}"`,
    created,
    ports: ports.join(", "),
  };
}
