// What faults act on: the running system, as far as it can be broken from outside. The virtual-time runner has one; so
// may a live one. A stage that cannot do something has `null` there.

import { DashstreamError } from "../../src/errors.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import type { Random } from "../../src/runtime/random.ts";
import type { Log } from "../../src/telemetry/log.ts";
import type { BrokerControl } from "../broker/control.ts";
import type { LinkControl } from "../proxy/toxic.ts";
import type { RedisControl } from "../redis/control.ts";
import type { TrafficAlteration } from "../traffic/alteration.ts";
import type { TrafficSource } from "../traffic/thread.ts";

/** What may be asked of a stage; each is the key of a part of it. */
export type Capability = "traffic" | "broker" | "redis" | "links" | "clients" | "components" | "discovery";

/** Names of what can be killed and scraped. */
export const COMPONENT_NAMES = ["websocket-server", "quality-monitor", "exporter"] as const;

export type ComponentName = (typeof COMPONENT_NAMES)[number];

/** Takes away what was added; safe to call twice. */
export interface Removable {
  remove(): void;
}

/** Those that read the topic as members of a group. */
export const GROUP_MEMBERS: readonly ComponentName[] = ["websocket-server", "quality-monitor"];

/** What producers send. */
export interface TrafficControl {
  /** Passes every record through `alteration` before it is sent, after those that were added earlier. */
  alter(alteration: TrafficAlteration): Removable;
  /**
   * Where an alteration that takes every so many records is to begin, from 0 to below 1; each call gives another place, as far
   * from those before as it can be.
   */
  claimPhase(): number;
  /** A further producer beside the usual traffic; its records pass through the alterations too. */
  add(source: TrafficSource, ratePerSecond: number): Removable;
  /** Sends `count` records of `source` as fast as Kafka takes them. Resolves when all are acknowledged. */
  burst(source: TrafficSource, count: number): Promise<void>;
  /** No producer makes anything until it is removed. */
  pause(): Removable;
  /** The usual producers are replaced, as in a deploy: their threads end where they are, others begin. */
  restart(): void;
}

export interface KafkaNames {
  readonly topic: string;
  /** Dead letters of the server. */
  readonly dlqTopic: string;
  /** Dead letters of the library's users, as the quality monitor. */
  readonly libraryDlqTopic: string;
  readonly serverGroup: string;
}

/** A client of the server's WebSocket that misbehaves as it is told. */
export interface StageClient {
  /** It takes no bytes from its socket any more, or does so again. */
  read(reading: boolean): void;
  /** Sends a text as it is. */
  send(text: string): void;
  /** Cuts its connection. */
  cut(): void;
  /** `null` while it is connected. */
  readonly closeCode: number | null;
}

export interface ClientsControl {
  /** Opens a connection; resolves when the handshake is over. @throws if the server refuses it */
  connect(): Promise<StageClient>;
}

export interface ComponentsControl {
  /** As SIGKILL: nothing is flushed, no connection is closed in order. */
  kill(name: ComponentName): Promise<void>;
  /** As SIGTERM. */
  stop(name: ComponentName): Promise<void>;
  /** Starts it again with the same settings; resolves when its port is open. */
  start(name: ComponentName): Promise<void>;
}

/** What Prometheus scrapes. */
export interface DiscoveryControl {
  /** The target vanishes from discovery: its series end, and it has no `up`. */
  withdraw(name: ComponentName): void;
  /** @returns whether it had vanished */
  restore(name: ComponentName): boolean;
}

/** Ways over which components reach each other; a proxy stands on each. */
export const LINK_NAMES = ["kafka", "redis", "websocket"] as const;

export type LinkName = (typeof LINK_NAMES)[number];

export interface Stage {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly kafka: KafkaNames;
  readonly traffic: TrafficControl | null;
  readonly broker: BrokerControl | null;
  readonly redis: RedisControl | null;
  readonly links: ReadonlyMap<LinkName, LinkControl> | null;
  readonly clients: ClientsControl | null;
  readonly components: ComponentsControl | null;
  readonly discovery: DiscoveryControl | null;
}

/**
 * A part of the stage that a fault needs.
 * @throws DashstreamError `scenario_invalid` if this stage does not have it
 */
export function need<K extends Capability>(stage: Stage, part: K): NonNullable<Stage[K]> {
  const found = stage[part];
  if (found === null) {
    throw new DashstreamError(
      "scenario_invalid",
      `this fault needs ${part}, which cannot be controlled here`,
    );
  }
  return found;
}
