// What the writing replica hands to whoever keeps recent records for all replicas.

/** A header of a record, for who finds records by thread. */
export interface ReplayThread {
  readonly threadId: string;
  readonly sequence: number;
}

/** All that a stretch of one partition has for clients: records with `fromOffset` <= offset < `nextOffset`, in order. */
export interface ReplayBatch {
  readonly partition: number;
  readonly fromOffset: number;
  readonly nextOffset: number;
  /** Values are views that are overwritten after a while. */
  readonly records: readonly {
    readonly offset: number;
    readonly value: Uint8Array;
    readonly threads: readonly ReplayThread[];
  }[];
}

export interface ReplayWriter {
  /** Must not throw. A promise: the offsets are not committed before it ends, however it does; reading goes on. */
  write(batch: ReplayBatch): void | Promise<void>;
}
