// A live stack as the stage of faults: traffic of the drill's own, clients of the server, services, targets. Faults of
// Kafka, Redis and the links between them are applied by the fault proxy of the stack.

import type { HostPort } from "../../src/runtime/address.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import type { Network } from "../../src/runtime/network.ts";
import type { Random } from "../../src/runtime/random.ts";
import type { Log } from "../../src/telemetry/log.ts";
import type { Fault, RunningFault } from "../faults/fault.ts";
import type { Capability, DiscoveryControl, KafkaNames, Stage, TrafficControl } from "../faults/stage.ts";
import { connectRaw } from "./raw-client.ts";
import type { RemoteFaults } from "./remote-faults.ts";
import type { ServicesControl } from "./services.ts";

/** What of a stack the drill can break beside traffic and clients of its own; `null` where it cannot. */
export interface Reach {
  readonly services: ServicesControl | null;
  readonly discovery: DiscoveryControl | null;
  readonly remote: RemoteFaults | null;
}

export interface LiveStageOptions extends Reach {
  readonly clock: Clock;
  readonly random: Random;
  readonly network: Network;
  readonly log: Log;
  readonly kafka: KafkaNames;
  /** Address of the server. */
  readonly server: HostPort;
  readonly traffic: TrafficControl;
}

/** What the fault proxy of a stack can break. */
const REMOTE: ReadonlySet<Capability> = new Set(["broker", "redis", "links"]);

/** Whether a fault is applied by the fault proxy, where there is one. */
export function isRemote({ needs }: Pick<Fault, "needs">): boolean {
  return needs.some((part) => REMOTE.has(part));
}

/** Applies faults, each where it can be. */
export function liveFaults(
  options: LiveStageOptions,
): (fault: Fault, params: unknown) => Promise<RunningFault> {
  const { clock, random, network, log, kafka, server, traffic, services, discovery, remote } = options;
  const stage: Stage = {
    clock,
    random,
    log,
    kafka,
    traffic,
    broker: null,
    redis: null,
    links: null,
    clients: { connect: () => connectRaw({ network, random, target: server, path: "/ws" }) },
    components: services,
    discovery,
  };
  return (fault, params) =>
    remote !== null && isRemote(fault) ? remote.apply(fault.name, params) : fault.apply(stage, params);
}
