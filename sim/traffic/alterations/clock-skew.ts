// Gives records another time, as a producer does whose clock is wrong.

import type { TrafficAlteration } from "../alteration.ts";
import type { SelectionOptions } from "./selection.ts";
import { selective } from "./selective.ts";
import { withHeaders } from "./value-change.ts";

/** @param options `aheadMs`: how far the producer's clock is ahead; negative = behind */
export function skewClock(options: SelectionOptions & { readonly aheadMs: number }): TrafficAlteration {
  const aheadUs = BigInt(Math.round(options.aheadMs * 1000));
  return selective(options, (record) => {
    const value =
      record.value &&
      withHeaders(record.value, (header) => ({
        ...header,
        timestampUs: BigInt(header.timestampUs ?? 0) + aheadUs,
      }));
    return value ? [{ ...record, value }] : null;
  });
}
