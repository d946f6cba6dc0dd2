// A server that does not go on: at a thread, at a bad record, or behind a backlog.

import { createSmallTraffic } from "../../../../sim/traffic/small.ts";
import { BY_KAFKA_PROXY, SERVER } from "../site.ts";
import type { Situation } from "../situation.ts";
import { numberedRecords } from "./threads.ts";

let haltedThreads = 0;

export const haltedThread: Situation = {
  name: "a halted thread",
  summary: "a thread lacks a number under SEQUENCE_GAP_POLICY=halt",
  alerts: ["GapDetectedWithHalt"],
  env: { [SERVER]: { SEQUENCE_GAP_POLICY: "halt" } },
  async arise(site) {
    const threadId = `halted-${++haltedThreads}`;
    site.facts.set("thread", threadId);
    await site.send(numberedRecords(site, threadId, [1, 2, 5, 6, 7]), 5);
  },
};

export const pausedPartition: Situation = {
  name: "a paused partition",
  summary: "the partition stands still at a bad record under KAFKA_ON_DECODE_ERROR=pause",
  alerts: ["KafkaPartitionStale", "KafkaPartitionStaleCritical"],
  env: { [SERVER]: { KAFKA_ON_DECODE_ERROR: "pause" } },
  async arise(site) {
    await site.send(numberedRecords(site, "paused", [1], 2), 1);
  },
};

/** Sixty times fewer records make these alerts fire: 167, and 1,667. */
const BACKLOG = 12_000;

export const backlog: Situation = {
  name: "a backlog",
  summary: "a burst meets a Kafka that gives records at a trickle",
  alerts: ["KafkaConsumerLagHigh", "KafkaConsumerLagCritical"],
  env: { [SERVER]: BY_KAFKA_PROXY },
  async arise(site) {
    await site.break("fetch-throttle", { every_ms: 20_000 });
    await site.break("idle");
    const { random, clock } = site;
    await site.send(createSmallTraffic({ random, clock, tenants: ["burst"], threads: 16 }), BACKLOG);
  },
};
