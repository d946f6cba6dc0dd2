// What the nodes of one embedded cluster share: topics, groups, producer ids, and who is up.

import type { Clock } from "../../src/runtime/clock.ts";
import type { Random } from "../../src/runtime/random.ts";
import { Group } from "./groups/group.ts";
import { TopicRegistry } from "./topics/registry.ts";
import type { TopicConfig } from "./topics/settings.ts";

export interface ClusterSettings {
  readonly clusterId: string;
  readonly autoCreateTopics: boolean;
  readonly defaultPartitions: number;
  readonly topicDefaults: TopicConfig;
  readonly groupInitialRebalanceDelayMs: number;
  readonly groupMinSessionTimeoutMs: number;
  readonly groupMaxSessionTimeoutMs: number;
}

/** Where something listens; the port may change when its owner starts. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A node of the cluster. */
export interface NodeAddress {
  readonly nodeId: number;
  readonly host: string;
  /** 0 until it was first started, if any free port was asked for. */
  readonly port: number;
  readonly isUp: boolean;
  /** What clients are told. */
  readonly advertised: Address;
}

/** FNV-1a, 32 bits: which node coordinates a group. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

export class Cluster {
  readonly clock: Clock;
  readonly settings: ClusterSettings;
  readonly topics: TopicRegistry;
  readonly #random: Random;
  readonly #nodes: readonly NodeAddress[];
  readonly #groups = new Map<string, Group>();
  #lastProducerId = 0;
  #lastConnectionId = 0;

  constructor(settings: ClusterSettings, nodes: readonly NodeAddress[], clock: Clock, random: Random) {
    this.settings = settings;
    this.clock = clock;
    this.#nodes = nodes;
    this.#random = random;
    this.topics = new TopicRegistry(
      nodes.map((node) => node.nodeId),
      settings.topicDefaults,
    );
  }

  get nodesUp(): readonly NodeAddress[] {
    return this.#nodes.filter((node) => node.isUp);
  }

  isUp(nodeId: number): boolean {
    return this.#nodes.some((node) => node.nodeId === nodeId && node.isUp);
  }

  /** The node that coordinates a group, whether it is up or not. */
  coordinatorOf(groupId: string): NodeAddress | undefined {
    return this.#nodes[hashOf(groupId) % this.#nodes.length];
  }

  groups(): Iterable<Group> {
    return this.#groups.values();
  }

  group(groupId: string): Group | undefined {
    return this.#groups.get(groupId);
  }

  /** The group of this name, made if there is none. */
  openGroup(groupId: string): Group {
    const known = this.#groups.get(groupId);
    if (known) return known;
    const { clock } = this;
    const initialRebalanceDelayMs = this.settings.groupInitialRebalanceDelayMs;
    const group = new Group(groupId, { clock, random: this.#random, initialRebalanceDelayMs });
    this.#groups.set(groupId, group);
    return group;
  }

  deleteGroup(groupId: string): void {
    this.#groups.delete(groupId);
  }

  /** Whether there was such a topic; what groups committed for it is forgotten. */
  deleteTopic(name: string): boolean {
    for (const group of this.#groups.values()) group.offsets.forgetTopic(name);
    return this.topics.delete(name);
  }

  nextConnectionId(): number {
    return ++this.#lastConnectionId;
  }

  nextProducerId(): number {
    return ++this.#lastProducerId;
  }
}
