// One database: keys with values and times of expiry. A key that has expired is gone for everybody who asks, and
// leaves memory then or with the next sweep.

import type { SortedSet } from "./sorted-set.ts";

/** Names of keys and fields are bytes; as map keys they are texts with one unit a byte. */
export type Name = string;

/** Bytes as a name. */
export const nameOf = (bytes: Buffer): Name => bytes.toString("latin1");
/** A name as bytes. */
export const bytesOf = (name: Name): Buffer => Buffer.from(name, "latin1");

export type Value =
  | { readonly type: "string"; readonly bytes: Buffer }
  | { readonly type: "hash"; readonly fields: Map<Name, Buffer> }
  | { readonly type: "zset"; readonly members: SortedSet };

interface Entry {
  readonly value: Value;
  /** Rises with each new key, so that a walk in this order misses none that stays. */
  readonly id: number;
  /** Wall-clock milliseconds; `null` = never. */
  expiresMs: number | null;
}

function hasExpired({ expiresMs }: Entry, nowMs: number): boolean {
  return expiresMs !== null && expiresMs <= nowMs;
}

export class Keyspace {
  readonly #entries = new Map<Name, Entry>();
  #nextId = 1;

  get(name: Name, nowMs: number): Value | null {
    return this.#find(name, nowMs)?.value ?? null;
  }

  /** Puts a value there. A new value has no expiry unless one is given; `keep` leaves that of the old one. */
  set(name: Name, value: Value, nowMs: number, expiresMs: number | null | "keep" = null): void {
    const before = this.#find(name, nowMs);
    const expires = expiresMs === "keep" ? (before?.expiresMs ?? null) : expiresMs;
    this.#entries.set(name, { value, id: before?.id ?? this.#nextId++, expiresMs: expires });
  }

  /** Whether it was there. */
  delete(name: Name, nowMs: number): boolean {
    return this.#find(name, nowMs) !== null && this.#entries.delete(name);
  }

  /** When a key expires: `null` = never, `undefined` = there is no such key. */
  expiry(name: Name, nowMs: number): number | null | undefined {
    return this.#find(name, nowMs)?.expiresMs;
  }

  /** Whether the key is there. A time that has passed deletes it. */
  expireAt(name: Name, expiresMs: number, nowMs: number): boolean {
    const entry = this.#find(name, nowMs);
    if (entry === null) return false;
    entry.expiresMs = expiresMs;
    return true;
  }

  /** Keys from where a walk stands, oldest first, and where it goes on; 0 = from the start, and at the end. */
  scan(
    cursor: number,
    count: number,
    nowMs: number,
  ): { readonly names: readonly Name[]; readonly next: number } {
    const names: Name[] = [];
    for (const [name, entry] of this.#entries) {
      if (entry.id <= cursor) continue;
      if (names.length === count) return { names, next: entry.id - 1 };
      if (this.#find(name, nowMs) !== null) names.push(name);
    }
    return { names, next: 0 };
  }

  size(nowMs: number): number {
    this.sweep(nowMs);
    return this.#entries.size;
  }

  /** Keys that will expire; of those that have expired since the last sweep too. */
  get expiringCount(): number {
    let count = 0;
    for (const { expiresMs } of this.#entries.values()) if (expiresMs !== null) count++;
    return count;
  }

  /** Drops what has expired. */
  sweep(nowMs: number): void {
    for (const [name, entry] of this.#entries) if (hasExpired(entry, nowMs)) this.#entries.delete(name);
  }

  /** Drops the keys that `isVictim` names, as a Redis does that has no memory left. */
  evict(isVictim: (name: Name) => boolean): void {
    for (const name of this.#entries.keys()) if (isVictim(name)) this.#entries.delete(name);
  }

  clear(): void {
    this.#entries.clear();
  }

  #find(name: Name, nowMs: number): Entry | null {
    const entry = this.#entries.get(name);
    if (entry === undefined) return null;
    if (!hasExpired(entry, nowMs)) return entry;
    this.#entries.delete(name);
    return null;
  }
}
