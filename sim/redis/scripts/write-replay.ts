// The script that stores replay, in TypeScript: the same keys in the same order as its Lua text.

import { WRITE_SCRIPT } from "../../../src/server/replay/redis-write-script.ts";
import { type CommandContext, keyspace } from "../command.ts";
import { keepSortedSet, sortedSetAt } from "../commands/sorted-sets.ts";
import { type Name, nameOf } from "../keyspace.ts";
import type { Reply } from "../reply.ts";
import type { NativeScript } from "../script.ts";
import type { SortedSet } from "../sorted-set.ts";

/** Members whose values may have expired that one trimming looks at. */
const EXPIRED_AT_ONCE = 100;

type Members = [member: Name, score: number][];

/** One run of the script. */
class Run {
  readonly #context: CommandContext;
  readonly #ttlMs: number;
  readonly #max: number;
  readonly #trims: boolean;

  constructor(context: CommandContext, ttlSeconds: number, max: number, trims: boolean) {
    this.#context = context;
    this.#ttlMs = ttlSeconds * 1000;
    this.#max = max;
    this.#trims = trims;
  }

  put(name: Name, bytes: Buffer): void {
    const { nowMs } = this.#context;
    keyspace(this.#context).set(
      name,
      { type: "string", bytes: Buffer.from(bytes) },
      nowMs,
      nowMs + this.#ttlMs,
    );
  }

  /** Adds members and, with a write that trims, gives the highest score that had to go. */
  add(name: Name, members: Members): number | null {
    let lost: number | null = null;
    this.change(name, (set) => {
      for (const [member, score] of members) set.add(member, score);
      if (this.#trims) lost = this.#trim(set);
    });
    const { nowMs } = this.#context;
    if (members.length > 0) keyspace(this.#context).expireAt(name, nowMs + this.#ttlMs, nowMs);
    return lost;
  }

  change(name: Name, how: (set: SortedSet) => void): void {
    const set = sortedSetAt(name, this.#context);
    if ("kind" in set) throw new TypeError(`${name} is no sorted set`);
    how(set);
    keepSortedSet(name, set, this.#context);
  }

  /** Entries of the set of batches that are as long gone as the lowest offsets. */
  trimBatches(name: Name, lost: number | null): void {
    if (!this.#trims) return;
    this.change(name, (set) => {
      if (lost !== null) {
        const lowest = { score: Number.NEGATIVE_INFINITY, exclusive: false };
        set.deleteRange(...set.ranks(lowest, { score: lost, exclusive: false }));
      }
      set.deleteRange(0, set.size - this.#max);
    });
  }

  #trim(set: SortedSet): number | null {
    let gone = Math.max(0, set.size - this.#max);
    for (const { member } of set.range(gone, gone + EXPIRED_AT_ONCE)) {
      if (keyspace(this.#context).get(member, this.#context.nowMs) !== null) break;
      gone++;
    }
    const score = set.range(gone - 1, gone)[0]?.score ?? null;
    set.deleteRange(0, gone);
    return gone === 0 ? null : score;
  }
}

interface PackedRecord {
  readonly offset: string;
  readonly value: Buffer;
  readonly header: Buffer;
  readonly threads: readonly { readonly name: string; readonly sequence: string }[];
}

/** See `packRecords`. */
function* unpack(data: Buffer): Generator<PackedRecord> {
  let at = 0;
  const take = (length: number) => {
    at += length;
    return data.subarray(at - length, at);
  };
  const text = (lengthBytes: number) => take(take(lengthBytes).readUIntLE(0, lengthBytes)).toString("latin1");
  while (at < data.length) {
    const offset = text(1);
    const value = take(take(4).readUInt32LE(0));
    const header = take(12);
    const count = take(2).readUInt16LE(0);
    const threads = Array.from({ length: count }, () => ({ name: text(2), sequence: text(1) }));
    yield { offset, value, header, threads };
  }
}

export const writeReplayScript: NativeScript = {
  text: WRITE_SCRIPT,
  run([prefix], [partition, from, entry, ttl, max, trims, data], context): Reply {
    const run = new Run(context, Number(ttl), Number(max), String(trims) === "1");
    const base = `${nameOf(prefix ?? Buffer.alloc(0))}:partition:${partition}`;
    const offsets: Members = [];
    const threadSets = new Map<Name, Members>();
    for (const { offset, value, header, threads } of unpack(data ?? Buffer.alloc(0))) {
      const key = `${base}:offset:${offset}`;
      run.put(key, value);
      offsets.push([key, Number(offset)]);
      for (const { name, sequence } of threads) {
        const thread = `${nameOf(prefix ?? Buffer.alloc(0))}:thread:${name}`;
        const own = `${thread}:seq:${sequence}`;
        run.put(own, Buffer.concat([header, value]));
        const set = `${thread}:sequences`;
        threadSets.set(set, [...(threadSets.get(set) ?? []), [own, Number(sequence)]]);
      }
    }
    for (const [set, members] of threadSets) run.add(set, members);
    // Trimmed even where this write brings no record.
    const lost = run.add(`${base}:offsets`, offsets);
    const batches = `${base}:batches`;
    run.change(batches, (set) => set.add(String(entry), Number(from)));
    keyspace(context).expireAt(batches, context.nowMs + Number(ttl) * 1000, context.nowMs);
    run.trimBatches(batches, lost);
    return offsets.length;
  },
};
