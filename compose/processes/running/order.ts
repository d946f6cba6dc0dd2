// In what order services start and stop: as much at the same time as their dependencies allow.

import { DashstreamError } from "../../../src/errors.ts";
import type { ServicePlan } from "../plan.ts";

/**
 * Runs `start` for each service once it has resolved for all that the service depends on. The first failure aborts the
 * rest, and is thrown when all of them have ended.
 * @throws DashstreamError `config_invalid` if dependencies go round in a circle; what `start` throws
 */
export async function startInOrder(
  services: readonly ServicePlan[],
  start: (service: ServicePlan, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  requireNoCircle(services);
  const failed = new AbortController();
  const any = AbortSignal.any([signal, failed.signal]);
  const errors: unknown[] = [];
  const runs = new Map<string, Promise<boolean>>();
  const run = async (service: ServicePlan): Promise<boolean> => {
    const before = Object.keys(service.dependsOn).flatMap((name) => runs.get(name) ?? []);
    const areThere = (await Promise.all(before)).every((isThere) => isThere);
    if (!areThere || any.aborted) return false;
    try {
      await start(service, any);
      return true;
    } catch (error) {
      errors.push(error);
      failed.abort();
      return false;
    }
  };
  for (const service of dependenciesFirst(services)) runs.set(service.name, run(service));
  await Promise.all(runs.values());
  // The first is the cause; the others were aborted by it.
  if (errors.length > 0) throw errors[0];
  if (signal.aborted) throw new DashstreamError("aborted", "the start was interrupted");
}

/**
 * Runs `stop` for each service once that has ended for all that depend on it or use it. Where these go round in a circle,
 * the circle is broken somewhere. A failure keeps no other service from being stopped, and is thrown in the end.
 */
export async function stopInOrder(
  services: readonly ServicePlan[],
  stop: (service: ServicePlan) => Promise<void>,
): Promise<void> {
  const runs = new Map<string, Promise<void>>();
  const errors: unknown[] = [];
  const usersOf = (name: string) =>
    services.filter(({ dependsOn, uses }) => name in dependsOn || uses.includes(name));
  const run = async (service: ServicePlan) => {
    await Promise.all(usersOf(service.name).flatMap((user) => runs.get(user.name) ?? []));
    await stop(service).catch((error: unknown) => errors.push(error));
  };
  for (const service of [...dependenciesFirst(services, ({ uses }) => uses)].reverse()) {
    runs.set(service.name, run(service));
  }
  await Promise.all(runs.values());
  if (errors.length > 0) throw errors[0];
}

/** Each service after what it depends on, as far as that is possible. */
export function dependenciesFirst<Service extends Pick<ServicePlan, "name" | "dependsOn">>(
  services: readonly Service[],
  further: (service: Service) => readonly string[] = () => [],
): readonly Service[] {
  const ordered = new Set<Service>();
  const seen = new Set<Service>();
  const visit = (service: Service) => {
    if (seen.has(service)) return;
    seen.add(service);
    const before = [...Object.keys(service.dependsOn), ...further(service)];
    for (const other of services) if (before.includes(other.name)) visit(other);
    ordered.add(service);
  };
  services.forEach(visit);
  return [...ordered];
}

function requireNoCircle(services: readonly ServicePlan[]): void {
  const order = dependenciesFirst(services).map(({ name }) => name);
  for (const { name, dependsOn } of services) {
    const late = Object.keys(dependsOn).find((other) => order.indexOf(other) > order.indexOf(name));
    if (late === undefined) continue;
    throw new DashstreamError(
      "config_invalid",
      `${name} and ${late} wait for each other (depends_on), expected an order`,
    );
  }
}
