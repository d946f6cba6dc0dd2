// What the conformance suite asks of a client library.

export type Compression = "none" | "gzip" | "snappy" | "lz4" | "zstd";

export const COMPRESSIONS: readonly Compression[] = ["none", "gzip", "snappy", "lz4", "zstd"];

export interface KeyedValue {
  readonly key: string;
  readonly value: string;
}

export interface ProduceOptions {
  readonly partition?: number;
  readonly compression?: Compression;
  readonly headers?: Readonly<Record<string, string>>;
  readonly idempotent?: boolean;
}

export interface ConsumedRecord extends KeyedValue {
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** One member of a consumer group. */
export interface GroupMember {
  /** Resolves when the member reads exactly `count` partitions, with their numbers, ascending. */
  assigned(count: number): Promise<readonly number[]>;
  leave(): Promise<void>;
}

export interface ConformanceClient {
  readonly name: string;
  /** Rejects with the library's error, which names the broker's reason. */
  produce(topic: string, records: readonly KeyedValue[], options?: ProduceOptions): Promise<void>;
  /** Reads `count` records: with `group` from its committed offset on (which it commits), else from the start. */
  consume(topic: string, count: number, group?: string): Promise<readonly ConsumedRecord[]>;
  join(group: string, topic: string): Promise<GroupMember>;
}
