// An embedded broker in the test's own process, on the machine's loopback and clock.

import { type Broker, type BrokerOptions, createBroker } from "../../sim/broker/broker.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { systemNetwork } from "../../src/runtime/network.ts";
import { seededRandom } from "../../src/runtime/random.ts";

/** Started, on a free port. */
export async function startEmbeddedBroker(options: Partial<BrokerOptions> = {}): Promise<Broker> {
  const broker = createBroker({
    network: systemNetwork,
    clock: systemClock,
    random: seededRandom(1),
    ...options,
  });
  await broker.start();
  return broker;
}
