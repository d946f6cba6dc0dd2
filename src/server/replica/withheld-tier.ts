// Replay in Redis where one server writes for all: it has every good record, also those that this server did not
// deliver because their tenant was over its limit here, or their thread halted.

import type { ReplayPage, ReplayTier } from "../replay/tier.ts";
import type { WithheldOffsets } from "../replay/withheld-offsets.ts";

/** The tier without what this server withheld, as far as it remembers. */
export function withoutWithheld(tier: ReplayTier, withheld: Pick<WithheldOffsets, "has">): ReplayTier {
  return {
    name: tier.name,
    async read(partition, fromOffset, toOffset) {
      const answer = await tier.read(partition, fromOffset, toOffset);
      if (answer.kind !== "page") return answer;
      const isDelivered = ({ offset }: { readonly offset: number }) => !withheld.has(partition, offset);
      return { kind: "page", page: restrictedTo(isDelivered, answer.page) };
    },
  };
}

function restrictedTo(
  isDelivered: (record: { readonly offset: number }) => boolean,
  page: ReplayPage,
): ReplayPage {
  if (page.records.every(isDelivered)) return page;
  const records = page.records.filter(isDelivered);
  return { ...page, records, byteCount: records.reduce((bytes, { value }) => bytes + value.length, 0) };
}
