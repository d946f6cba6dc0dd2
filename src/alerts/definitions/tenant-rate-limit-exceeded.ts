// A tenant sends more than its limit lets through.

import type { AlertDefinition } from "../alert.ts";
import { count, forMinutes, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(5);
const COUNT = count(10);

export const TENANT_RATE_LIMIT_EXCEEDED: AlertDefinition = {
  name: "TenantRateLimitExceeded",
  group: "dashstream-tenants",
  severity: "warning",
  priority: "P2",
  for: forMinutes(1),
  signals: [
    {
      component: "stream",
      exportedBy: ["websocket-server", "stream"],
      expr: expr`sum by (tenant_id) (increase(dashstream_rate_limit_exceeded_total[${WINDOW}])) > ${COUNT}`,
      summary: text`Tenant {{ $labels.tenant_id }} is over its limit`,
      description: text`About {{ $value | humanize }} records of tenant {{ $labels.tenant_id }} in ${WINDOW} were over its limit (threshold ${COUNT}) and
        are not delivered.`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [],
  explainedBy: [],
  scenarios: ["tenant-flood"],
};
