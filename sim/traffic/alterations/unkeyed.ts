// Sends records without a key, so that the records of one thread spread over all partitions.

import type { TrafficAlteration } from "../alteration.ts";
import type { SelectionOptions } from "./selection.ts";
import { selective } from "./selective.ts";

export function dropKeys(options: SelectionOptions): TrafficAlteration {
  return selective(options, (record) => [{ ...record, key: null }]);
}
