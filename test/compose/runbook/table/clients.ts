// Blocks that are written for clients that do not read, and for tenants over their limits.

import { all, json, prints, printsNothing, series, succeeds } from "../checks.ts";
import { fails, noCommand, ours, printed, works } from "../entry.ts";
import { LIMITED_TENANT } from "../site.ts";
import { slowClient, tenantOverLimit } from "../situations/clients.ts";
import { figures, queryInUrl, stateOf } from "./common.ts";

const SLOW = slowClient.name;
const OVER = tenantOverLimit.name;
const LIMITS = "tenant-rate-limit-exceeded";
const dropped = works(
  all(succeeds, prints(/^websocket_dropped_messages_total\{.*reason="lagged_receiver".*\} [1-9]/m)),
);
const comments = noCommand("comments only", all(succeeds, printsNothing));

export const CLIENTS = [
  ...ours("high-dropped-message-rate", SLOW, {
    Investigation: [dropped, works(figures), works(all(succeeds, prints(/^[1-9]\d*$/m), prints('"reason"')))],
    Verification: [stateOf("HighDroppedMessageRate")],
  }),
  ...printed("6. HighDroppedMessageRate", SLOW, {
    "Investigation Steps": [
      [
        dropped,
        works(all(succeeds, json(1), prints("websocket_client_lag_messages_total"))),
        works(all(succeeds, prints(/^[1-9]\d*$/m))),
      ],
    ],
  }),
  ...ours(LIMITS, OVER, {
    Investigation: [
      works(all(succeeds, series("tenant_id", LIMITED_TENANT))),
      works(all(succeeds, series("tenant_id", LIMITED_TENANT))),
      works(all(succeeds, prints(new RegExp(`"${LIMITED_TENANT}"`)))),
    ],
    Remediation: [works(all(succeeds, prints("500")), { cures: ["TenantRateLimitExceeded"] })],
    Verification: [
      works(all(succeeds, series("tenant_id", LIMITED_TENANT))),
      stateOf("TenantRateLimitExceeded"),
    ],
  }),
  ...ours("settings", OVER, {
    "Limits of tenants": [
      works(all(succeeds, prints(/^dashstream-websocket-server$/m)), {
        when: "remedy",
        before: (site) =>
          site.writeLimits({ [LIMITED_TENANT]: { messages_per_second: 500, burst_capacity: 5_000 } }),
        cures: ["TenantRateLimitExceeded"],
      }),
    ],
  }),
  ...printed("Alert: TenantRateLimitExceeded", OVER, {
    "Identify Affected Tenant": [queryInUrl(LIMITS)],
    "Assess if Legitimate Traffic": [
      queryInUrl(
        LIMITS,
        "curl takes `{...}` and `[5m]` in an address for patterns; `TENANT` is a placeholder",
      ),
    ],
    "Option B": [comments],
    "Option C": [comments],
    "Monitor Resolution": [
      fails("it never ends", LIMITS, prints("tenant_id"), {
        altered: { parts: { "watch ": "timeout 3 watch " }, because: "ended after 3 s" },
      }),
    ],
  }),
];
