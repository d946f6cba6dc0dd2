// The records of one slice that wait for their tenants' tokens. All are judged first, so that there is one question a
// tenant and slice; of a tenant that gets fewer than it wants, the first ones are delivered.

import type { ReplayThread } from "./replay/redis-records.ts";
import type { TenantLimits } from "./tenant-limits.ts";

/** A good record with what is needed to deliver it later. */
export interface WaitingRecord {
  readonly offset: number;
  readonly value: Uint8Array;
  readonly tenantId: string;
  /** Oldest time of its headers, microseconds since the epoch; 0 = none. */
  readonly oldestUs: number;
  /** Its trace, if that is kept. */
  readonly traceId: string | null;
  /** Where replay finds it again; empty without such a replay. */
  readonly threads: readonly ReplayThread[];
}

type Counts = ReadonlyMap<string, number>;

export class TenantSlice {
  readonly #records: WaitingRecord[] = [];
  readonly #wanted = new Map<string, number>();

  add(record: WaitingRecord): void {
    this.#records.push(record);
    this.#wanted.set(record.tenantId, (this.#wanted.get(record.tenantId) ?? 0) + 1);
  }

  get isEmpty(): boolean {
    return this.#records.length === 0;
  }

  /** The tokens that its tenants get; a promise only if somebody else has to be asked. */
  take(limits: Pick<TenantLimits, "takeAll">): Counts | Promise<Counts> {
    return limits.takeAll(this.#wanted);
  }

  /** The records that may be delivered, in the order in which they came; `onRefused` is told of the others. */
  granted(tokens: Counts, onRefused: (offset: number) => void): readonly WaitingRecord[] {
    if ([...this.#wanted].every(([tenantId, count]) => tokens.get(tenantId) === count)) return this.#records;
    const left = new Map(tokens);
    return this.#records.filter(({ offset, tenantId }) => {
      const count = left.get(tenantId) ?? 0;
      left.set(tenantId, count - 1);
      if (count <= 0) onRefused(offset);
      return count > 0;
    });
  }
}
