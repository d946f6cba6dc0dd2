// A change of traffic on its way from the source to Kafka: what a broken producer or network makes of good records.

import type { TrafficRecord } from "./thread.ts";

/** A record as it will be sent, and how long it is held back first. */
export interface OutgoingRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
  /** 0 = at once. Records of one thread never overtake each other because of a delay. */
  readonly delayMs: number;
  /** The record that it was made from. */
  readonly origin: TrafficRecord;
}

/** What becomes of records. Has a state, so each one is used in one place. */
export interface TrafficAlteration {
  /**
   * What becomes of one record: nothing (it is lost or held back), itself, something else, or several. Called for every
   * record in the order in which they were made.
   */
  alter(record: OutgoingRecord): readonly OutgoingRecord[];
  /** Gives up what is held back, to be sent now: it is taken away, or the traffic ends. */
  drain(): readonly OutgoingRecord[];
  /** Records that it changed, lost, repeated or moved. */
  readonly hits: number;
}

/** A record of a source before anything happened to it. */
export function outgoing(record: TrafficRecord): OutgoingRecord {
  const { key, value, headers } = record;
  return { key, value, headers, delayMs: 0, origin: record };
}
