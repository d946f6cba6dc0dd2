// Holds records back before they are sent, as a producer with a full queue or a slow network. Their order stays.

import type { TrafficAlteration } from "../alteration.ts";
import type { SelectionOptions } from "./selection.ts";
import { selective } from "./selective.ts";

export function delayRecords(options: SelectionOptions & { readonly delayMs: number }): TrafficAlteration {
  const { delayMs } = options;
  return selective(options, (record) => [{ ...record, delayMs: record.delayMs + delayMs }]);
}
