// Ports are looked at before anything starts, so that what is in the way is named at once.

import { DashstreamError, describeError } from "../../../src/errors.ts";
import type { Network } from "../../../src/runtime/network.ts";
import { LOOPBACK } from "../places/addresses.ts";
import type { ServicePlan } from "../plan.ts";
import { portHolder } from "./port-holder.ts";

/** @throws DashstreamError `port_in_use`, naming every port that is taken, for which service, and by whom */
export async function requireFreePorts(services: readonly ServicePlan[], network: Network): Promise<void> {
  const sentences = await Promise.all(services.map((service) => takenPorts(service, network)));
  const taken = sentences.flat();
  if (taken.length === 0) return;
  throw new DashstreamError(
    "port_in_use",
    `${taken.join("\n")}\nAn offset (STACK_PORT_OFFSET) shifts all ports of the stack.`,
  );
}

/** A sentence for each reason, with all ports that it keeps from the service. */
async function takenPorts({ name, addresses }: ServicePlan, network: Network): Promise<readonly string[]> {
  const portsByReason = new Map<string, number[]>();
  for (const { port } of addresses) {
    const reason = await whyTaken(port, network);
    if (reason !== null) portsByReason.set(reason, [...(portsByReason.get(reason) ?? []), port]);
  }
  return [...portsByReason].map(([reason, ports]) => `${name} needs port ${ports.join(", ")}, but ${reason}`);
}

async function whyTaken(port: number, network: Network): Promise<string | null> {
  try {
    const listener = await network.listen(LOOPBACK, port, (socket) => socket.destroy());
    await listener.close();
    return null;
  } catch (error) {
    const isHeld = error instanceof DashstreamError && error.code === "port_in_use";
    return isHeld ? `${portHolder(port)} holds it` : describeError(error);
  }
}
