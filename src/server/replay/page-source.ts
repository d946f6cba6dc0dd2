// Where sessions that are behind the ring get their records from.

import type { ReplayPage } from "./tier.ts";

export type PageAnswer =
  /** A stretch that contains the offset asked for; what lies before that in it is for others. */
  | { readonly kind: "page"; readonly page: ReplayPage }
  /** No tier has anything before `nextOffset` any more. */
  | { readonly kind: "missing"; readonly nextOffset: number };

export interface PageSource {
  /**
   * Calls `ready` once, never before it returns, with what there is at `offset` of the partition. Pages end at
   * `toOffset` at the latest, above which the ring has everything; many asking for the same stretch share one reading.
   * While no tier can say, it is tried again, for ever. Gives a function that withdraws the question.
   */
  request(
    partition: number,
    offset: number,
    toOffset: number,
    ready: (answer: PageAnswer) => void,
  ): () => void;
  /** Offsets of the partition start over: nothing that was read or is being read of it counts any more. */
  forget(partition: number): void;
}
