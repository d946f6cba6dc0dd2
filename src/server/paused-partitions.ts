// Partitions that stand still at a bad record under KAFKA_ON_DECODE_ERROR=pause, as an operator has to hear of them: a
// log line when one stops, and the list for `/health` and the admin calls until it goes on or is read by another server.

import type { Log } from "../telemetry/log.ts";

export interface PausedPartition {
  readonly partition: number;
  /** Everything below is handled; the next record of the log is the bad one. */
  readonly offset: number;
}

export class PausedPartitions {
  readonly #log: Log;
  readonly #offsets = new Map<number, number>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** A partition stopped at a bad record. */
  add({ partition, offset }: PausedPartition): void {
    this.#offsets.set(partition, offset);
    this.#log.warn(
      `partition ${partition} is paused at the bad record at offset ${offset} (KAFKA_ON_DECODE_ERROR is pause); ${resumeCall(partition)} goes on behind it`,
      { partition, offset },
    );
  }

  /** It goes on, or is read by another server. */
  remove(partition: number): void {
    this.#offsets.delete(partition);
  }

  /** In rising order of partitions. */
  list(): readonly PausedPartition[] {
    return [...this.#offsets]
      .map(([partition, offset]) => ({ partition, offset }))
      .sort((a, b) => a.partition - b.partition);
  }
}

/** The admin call that lets a partition go on. */
export function resumeCall(partition: number | "N"): string {
  return `POST /admin/partitions/${partition}/resume`;
}
