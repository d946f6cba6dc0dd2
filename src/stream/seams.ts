// What a program that uses the library need not think about: the machine's clock, randomness and sockets, and no log.
// Tests and simulations give their own.

import { type Clock, systemClock } from "../runtime/clock.ts";
import { type Network, systemNetwork } from "../runtime/network.ts";
import { type Random, systemRandom } from "../runtime/random.ts";
import { CATALOGUE } from "../telemetry/catalogue.ts";
import type { Features } from "../telemetry/definition.ts";
import { type Log, silentLog } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { createMetrics } from "../telemetry/registry.ts";

/** Time, randomness, sockets and the log, which whoever builds on this decides about. */
export interface Seams {
  readonly clock: Clock;
  readonly random: Random;
  readonly network: Network;
  readonly log: Log;
}

/** The machine's own. */
export function systemSeams(log: Log = silentLog): Seams {
  return { clock: systemClock, random: systemRandom, network: systemNetwork, log };
}

/**
 * The series of the library, each at 0. `expose(accept)` renders them for a scrape. Those of a limiter that uses Redis
 * come with the feature `rate_limit_redis`.
 */
export function createStreamMetrics(features: Features = {}): Metrics {
  return createMetrics({ catalogue: CATALOGUE, component: "stream", with: features });
}
