// What a replay tier is: it has stretches of partitions, and says of what it does not have whether it is gone. The
// planner asks tiers one after the other; nobody may take for a hole what a tier merely does not know.

/** A deliverable record as clients get it. */
export interface ReplayRecord {
  readonly offset: number;
  readonly value: Uint8Array;
}

/** A stretch of one partition: all its deliverable records with `fromOffset` <= offset < `nextOffset`, in order. */
export interface ReplayPage {
  readonly tier: TierName;
  readonly fromOffset: number;
  readonly nextOffset: number;
  readonly records: readonly ReplayRecord[];
  /** Bytes of its values. */
  readonly byteCount: number;
}

export type TierName = "redis" | "kafka";

export type TierAnswer =
  | { readonly kind: "page"; readonly page: ReplayPage }
  /** The tier has nothing for certain from the offset asked for up to `nextOffset` (`Infinity`: nothing at all). */
  | { readonly kind: "absent"; readonly nextOffset: number }
  /** It cannot say now; asking again later may help. */
  | { readonly kind: "unavailable"; readonly reason: string };

export interface ReplayTier {
  readonly name: TierName;
  /**
   * A page that begins at `fromOffset` and ends at `toOffset` at the latest, earlier if it would become too large; it
   * covers at least `fromOffset`. Never rejects: what fails is counted and logged by the tier, and `unavailable`.
   */
  read(partition: number, fromOffset: number, toOffset: number): Promise<TierAnswer>;
  /** Offsets of the partition start over. Of no concern to a tier that keeps nothing between two reads. */
  forget?(partition: number): void;
}

/** The part of a page below `toOffset`, which is above its `fromOffset`; the page itself if that is all of it. */
export function pageUpTo(page: ReplayPage, toOffset: number): ReplayPage {
  if (page.nextOffset <= toOffset) return page;
  const records = page.records.filter(({ offset }) => offset < toOffset);
  const byteCount = records.reduce((sum, { value }) => sum + value.length, 0);
  return { ...page, nextOffset: toOffset, records, byteCount };
}
