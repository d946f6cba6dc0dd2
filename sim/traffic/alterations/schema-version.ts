// Gives records another schema version, in every header that they have. Everything else stays as it was.

import type { TrafficAlteration } from "../alteration.ts";
import type { SelectionOptions } from "./selection.ts";
import { selective } from "./selective.ts";
import { withHeaders } from "./value-change.ts";

export function setSchemaVersion(
  options: SelectionOptions & { readonly version: number },
): TrafficAlteration {
  const { version: schemaVersion } = options;
  return selective(options, (record) => {
    const value = record.value && withHeaders(record.value, (header) => ({ ...header, schemaVersion }));
    return value ? [{ ...record, value }] : null;
  });
}
