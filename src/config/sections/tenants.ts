// Options of limits per tenant.

import { choice, decimal, tenantLimitsFile, wholeNumber } from "../kind.ts";
import { option } from "../option.ts";

const MAX_RATE = 1_000_000_000;
/** The burst is ten seconds of the rate, as with the library's 100 a second and burst of 1000. */
const BURST_SECONDS = 10;
const UNUSED_BURST = 1_000;

function defaultBurst(rate: unknown): string {
  if (typeof rate !== "number") return String(UNUSED_BURST);
  return String(Math.min(MAX_RATE, Math.max(1, Math.ceil(rate * BURST_SECONDS))));
}

export const TENANT_OPTIONS = {
  tenantRateLimitPerSec: option({
    env: ["TENANT_RATE_LIMIT_PER_SEC"],
    kind: decimal(MAX_RATE, "records a second"),
    default: null,
    help: "Records a second that clients get of one tenant; what is beyond is counted and not delivered. Not set: no limits.",
    commands: ["serve", "demo"],
  }),
  tenantRateBurst: option({
    env: ["TENANT_RATE_BURST"],
    kind: wholeNumber(1, MAX_RATE, "records"),
    default: {
      from: "tenantRateLimitPerSec",
      described: "ten times TENANT_RATE_LIMIT_PER_SEC",
      text: defaultBurst,
    },
    help: "Records that a tenant may send at once after a pause.",
    commands: ["serve", "demo"],
  }),
  tenantRateLimitsFile: option({
    env: ["TENANT_RATE_LIMITS_FILE"],
    kind: tenantLimitsFile(),
    default: null,
    help: 'Limits of single tenants: {"acme": {"messages_per_second": 500, "burst_capacity": 5000}}. Read again on SIGHUP, which replaces all limits of single tenants.',
    commands: ["serve", "demo"],
  }),
  tenantRateLimitStore: option({
    env: ["TENANT_RATE_LIMIT_STORE"],
    kind: choice("local", "redis"),
    default: "local",
    help: "Whether each server limits by itself, or all that share a Redis do so together.",
    commands: ["serve", "demo"],
  }),
};
