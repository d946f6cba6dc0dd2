// Ports are looked at before anything starts, so that what is in the way is named at once.

import { DashstreamError, describeError } from "../../../src/errors.ts";
import type { Network } from "../../../src/runtime/network.ts";
import { LOOPBACK } from "../places/addresses.ts";
import type { ServicePlan } from "../plan.ts";
import { portHolder } from "./port-holder.ts";

/** @throws DashstreamError `port_in_use`, naming every port that is taken, for which service, and by whom */
export async function requireFreePorts(services: readonly ServicePlan[], network: Network): Promise<void> {
  const wanted = services.flatMap(({ addresses }) => addresses);
  const taken = await Promise.all(
    wanted.map(async ({ service, port }) => {
      const reason = await whyTaken(port, network);
      return reason === null ? [] : [`${service} needs port ${port}, but ${reason}`];
    }),
  );
  const reasons = taken.flat();
  if (reasons.length === 0) return;
  throw new DashstreamError(
    "port_in_use",
    `${reasons.join("; ")}. A port offset (STACK_PORT_OFFSET) shifts all ports`,
  );
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
