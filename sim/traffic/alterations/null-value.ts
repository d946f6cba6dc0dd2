// Sends records without a value: beside good records, as tombstones, or in place of them.

import type { TrafficAlteration } from "../alteration.ts";
import type { SelectionOptions } from "./selection.ts";
import { selective } from "./selective.ts";

/** @param options `replace`: the good record is not sent, so that its number is missing */
export function sendNulls(options: SelectionOptions & { readonly replace: boolean }): TrafficAlteration {
  const { replace } = options;
  return selective(options, (record) => {
    const empty = { ...record, value: null };
    return replace ? [empty] : [record, empty];
  });
}
