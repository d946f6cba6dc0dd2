// A tenant sends more than its limit lets through.

import type { AlertDefinition } from "../alert.ts";
import { alertState, by, query, SERVER } from "../commands.ts";
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
  runbook: {
    meaning:
      "A tenant had more than ten records over its limit within 5 minutes. Those are validated and counted and not delivered; a producer of the library is told `Rate limit exceeded for tenant: <id>` instead. Other tenants are not delayed.",
    investigation: [
      {
        say: "Which tenants, records a second.",
        run: query(
          "sum by (tenant_id) (rate(dashstream_rate_limit_exceeded_total[5m])) > 0",
          by("tenant_id"),
        ),
      },
      {
        say: "What they get through meanwhile.",
        run: query("sum by (tenant_id) (rate(dashstream_rate_limit_allowed_total[5m]))", by("tenant_id")),
      },
      {
        say: "What their limits are.",
        run: `docker exec dashstream-websocket-server curl -s ${SERVER}/admin/limits`,
      },
    ],
    causes: [
      "More use than was agreed.",
      "A loop of retries in the tenant's program.",
      "A backlog: limits count when records are read.",
    ],
    remediation: [
      {
        say: "Legitimate: raise the limit, here for the tenant `acme`. It counts at once and until the restart of this server; `TENANT_RATE_LIMITS_FILE` keeps it.",
        run: `docker exec dashstream-websocket-server curl -s -X PUT ${SERVER}/admin/limits/acme \\
  -d '{"messages_per_second": 500, "burst_capacity": 5000}'`,
      },
      { say: "Otherwise tell the tenant its limit and its use, and look for loops in its program." },
    ],
    verification: [
      {
        say: "What was over the limit in the last 5 minutes.",
        run: query(
          "sum by (tenant_id) (increase(dashstream_rate_limit_exceeded_total[5m]))",
          by("tenant_id"),
        ),
      },
      { say: "The state of the alert.", run: alertState("TenantRateLimitExceeded") },
    ],
    escalateAfter: "> 1 day",
    escalation: "If it lasts a day, those who agreed the limit with the tenant.",
    notes: ["The tenant `overflow` stands for all tenants after the first thousand."],
  },
  scenarios: ["tenant-flood"],
};
