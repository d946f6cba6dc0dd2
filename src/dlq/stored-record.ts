// A record as it lies in Kafka, with its headers as a list: in their order, repeated names kept, and a header
// without a value told apart from an empty one. Whatever the client library hands over becomes one, never an error.

import type { KafkaMessage } from "kafkajs";

/** Headers in order; a value may be absent. */
export type HeaderList = readonly (readonly [name: string, value: Buffer | null])[];

export interface StoredRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds since the Unix epoch, as the topic keeps it: of the writer, or of the broker. */
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: HeaderList;
}

/** A record out of a message of kafkajs. Key, value and headers are views of it. */
export function storedRecord(topic: string, partition: number, message: KafkaMessage): StoredRecord {
  const { key, value, offset, timestamp, headers } = message;
  return {
    topic,
    partition,
    offset: Number(offset),
    timestampMs: Number(timestamp),
    key,
    value,
    headers: headerList(headers),
  };
}

/**
 * The headers of a kafkajs message. A name that is also one of `Object.prototype` comes from kafkajs with a stranger
 * in front of its values, so what is not bytes is left out.
 */
export function headerList(headers: KafkaMessage["headers"]): HeaderList {
  return Object.entries(headers ?? {}).flatMap(([name, given]) =>
    (Array.isArray(given) ? given : [given])
      .map((value) => (typeof value === "string" ? Buffer.from(value) : (value ?? null)))
      .filter((value) => value === null || Buffer.isBuffer(value))
      .map((value) => [name, value] as const),
  );
}

/** Headers as the client library takes them. It cannot write one without value: that becomes an empty one. */
export function kafkaHeaders(headers: HeaderList): Readonly<Record<string, Buffer | Buffer[]>> {
  const byName = new Map<string, Buffer | Buffer[]>();
  for (const [name, value] of headers) {
    const earlier = byName.get(name);
    const bytes = value ?? Buffer.alloc(0);
    byName.set(name, earlier === undefined ? bytes : [earlier, bytes].flat());
  }
  return Object.fromEntries(byName);
}

/** The value of a header; of several of one name the last, which is the one that Kafka's own readers take. */
export function lastHeader(headers: HeaderList, name: string): Buffer | null {
  return headers.findLast(([candidate]) => candidate === name)?.[1] ?? null;
}

/** The text of a header, `null` if there is none. */
export function headerText(headers: HeaderList, name: string): string | null {
  return lastHeader(headers, name)?.toString("utf8") ?? null;
}

/** A header that holds a whole number in decimal, `null` for anything else. */
export function headerNumber(headers: HeaderList, name: string): number | null {
  const text = headerText(headers, name);
  if (text === null || !/^-?\d{1,19}$/.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}
