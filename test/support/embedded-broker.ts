// An embedded broker in the test's own process, on the machine's loopback and clock.

import { type Broker, type BrokerOptions, createBroker } from "../../sim/broker/broker.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { systemNetwork } from "../../src/runtime/network.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { freePort } from "./free-port.ts";

/** Started, on free ports that nobody takes while it is down. */
export async function startEmbeddedBroker(options: Partial<BrokerOptions> = {}): Promise<Broker> {
  const { ports: given = [0] } = options;
  const ports = await Promise.all(given.map((port) => (port === 0 ? freePort() : port)));
  const broker = createBroker({
    network: systemNetwork,
    clock: systemClock,
    random: seededRandom(1),
    ...options,
    ports,
  });
  await broker.start();
  return broker;
}
