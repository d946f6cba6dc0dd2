// The services of a stack as containers: their names, ids and states.

import { createHash } from "node:crypto";
import { LOOPBACK } from "../../places/addresses.ts";
import type { ServicePlan } from "../../plan.ts";
import { repositoryOf } from "../../programs/program.ts";
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

export function shortId({ id }: Container): string {
  return id.slice(0, 12);
}

/** Until a health check has passed, or failed for good. */
const STARTING_MS = 60_000;

/** `Up 5 minutes (healthy)`, `Exited`. */
export function statusText(row: ListedContainer, nowMs: number): string {
  if (!isUp(row.status)) return "Exited";
  const health = healthOf(row, nowMs);
  const inWords = health === null ? "" : ` (${health === "starting" ? "health: starting" : health})`;
  return `Up ${humanDuration(ageMs(row.status, nowMs))}${inWords}`;
}

function ageMs({ startedAtMs }: ServiceStatus, nowMs: number): number {
  return startedAtMs === null ? 0 : nowMs - startedAtMs;
}

/** As engines name it in one word. */
export function stateOf(status: ServiceStatus): "running" | "exited" {
  return isUp(status) ? "running" : "exited";
}

/** In one word; `null`: nobody asks it, or it does not run. */
export function healthOf(
  { container, status }: ListedContainer,
  nowMs: number,
): "healthy" | "starting" | "unhealthy" | null {
  const { kind } = container.plan.launch.readiness;
  if (kind === "running" || kind === "completed" || !isUp(status)) return null;
  if (status.state === "ready") return "healthy";
  return ageMs(status, nowMs) < STARTING_MS ? "starting" : "unhealthy";
}

/** `null`: nobody waited for it, so that nobody knows. */
export function exitCodeOf(status: ServiceStatus): number | null {
  return isUp(status) || status.state === "completed" ? 0 : null;
}

/** `prom/prometheus (process, 2.42.0)`: the release that runs, which need not be that of the image. */
function imageText({ image, launch }: ServicePlan): string {
  const version = /\d+\.\d+\.\d+/.exec(launch.version)?.[0];
  return version === undefined ? image : `${repositoryOf(image)} (process, ${version})`;
}

function isUp({ state }: ServiceStatus): boolean {
  return state === "ready" || state === "not ready";
}

export interface ListedContainer {
  readonly container: Container;
  readonly status: ServiceStatus;
  readonly ports: readonly ListedPort[];
}

export interface ListedPort {
  /** Of the container. */
  readonly target: number;
  /** Of 127.0.0.1; `null`: the compose file publishes it not, though it is reached there too. */
  readonly published: number | null;
}

/** Those that run, or `all`; each asked now. */
export async function listedContainers(stack: Stack, all: boolean): Promise<readonly ListedContainer[]> {
  const states = new Map((await stack.status()).map((status) => [status.name, status]));
  return containers(stack).flatMap((container) => {
    const status = states.get(container.name);
    const ports = portsOf(stack, container);
    return status !== undefined && (all || isUp(status)) ? [{ container, status, ports }] : [];
  });
}

function portsOf(stack: Stack, { name, plan }: Container): readonly ListedPort[] {
  const published = stack.published.filter(({ service }) => service === name).map(({ port }) => port);
  return plan.addresses.map(({ containerPort, port }) => ({
    target: containerPort,
    published: published.includes(port) ? port : null,
  }));
}

/** What is listed of a container, as both lists have it in their tables. */
export function listing(
  { container: { plan }, status: { startedAtMs }, ports }: ListedContainer,
  nowMs: number,
) {
  const command = plan.launch.command.join(" ");
  const created = startedAtMs === null ? "" : `${humanDuration(nowMs - startedAtMs)} ago`;
  return {
    image: imageText(plan),
    command: `"${command.length > 20 ? `${command.slice(0, 19)}…` : command}"`,
    created,
    ports: ports
      .map(
        ({ target, published }) => `${published === null ? "" : `${LOOPBACK}:${published}->`}${target}/tcp`,
      )
      .join(", "),
  };
}
