// Proxies on the ways between components, where a scenario breaks one of them. Without such faults components reach each
// other directly, which costs less.

import type { Clock } from "../../../src/runtime/clock.ts";
import type { Network } from "../../../src/runtime/network.ts";
import type { LinkName } from "../../faults/stage.ts";
import { createFaultProxy, type FaultProxy } from "../../proxy/proxy.ts";

const HOST = "127.0.0.1";

/** Ports of servers and of the proxies before them; fixed, so that a broker can say where it is reached. */
export const PORTS = { kafka: 9092, kafkaProxy: 19_092, redis: 6379, redisProxy: 16_379 } as const;

/** Started; `redis` only if there is one. */
export async function openLinks(
  { network, clock }: { readonly network: Network; readonly clock: Clock },
  { redis }: { readonly redis: boolean },
): Promise<ReadonlyMap<LinkName, FaultProxy>> {
  const proxy = (listen: number, upstream: number) =>
    createFaultProxy({
      network,
      clock,
      listen: { host: HOST, port: listen },
      upstream: { host: HOST, port: upstream },
    });
  const links = new Map<LinkName, FaultProxy>([["kafka", proxy(PORTS.kafkaProxy, PORTS.kafka)]]);
  if (redis) links.set("redis", proxy(PORTS.redisProxy, PORTS.redis));
  await Promise.all([...links.values()].map((link) => link.start()));
  return links;
}
