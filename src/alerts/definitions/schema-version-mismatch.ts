// A producer writes another schema version than the server accepts.

import type { AlertDefinition } from "../alert.ts";
import { count, forMinutes, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(5);
const COUNT = count(0);

export const SCHEMA_VERSION_MISMATCH: AlertDefinition = {
  name: "SchemaVersionMismatch",
  group: "dashstream-records",
  severity: "warning",
  priority: "P2",
  for: forMinutes(1),
  signals: [
    {
      component: "websocket-server",
      exportedBy: ["websocket-server"],
      expr: expr`sum(increase(websocket_decode_errors_total{error_type="schema_mismatch"}[${WINDOW}])) > ${COUNT}`,
      summary: text`Records have an incompatible schema version`,
      description: text`About {{ $value | humanize }} records in ${WINDOW} have a schema version that this server does not accept. They became dead
        letters of type schema_mismatch.`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [],
  explainedBy: [],
  scenarios: ["schema-mismatch"],
};
