// A server is taken off the network: connections are cut, and new ones are refused until the fault is cleared.

import type { BrokerControl } from "../broker/control.ts";
import type { RedisControl } from "../redis/control.ts";
import type { RunningFault } from "./fault.ts";

/**
 * Its hits are the connections that were cut. Nobody counts those that are refused, as nothing listens: where none was open,
 * because clients that lost theirs wait before they connect again, its hits are all that were ever taken. They are 0 where
 * nobody has come this way.
 */
export async function offNetwork(
  server: Pick<BrokerControl | RedisControl, "connectionCount" | "acceptedCount" | "down" | "up">,
): Promise<RunningFault> {
  const { connectionCount: cutCount, acceptedCount } = server;
  await server.down();
  return {
    clear: () => server.up(),
    hits: () => (cutCount > 0 ? cutCount : acceptedCount),
  };
}
