// Bounds what tenants may put into our memory, into Redis and into labels of metrics.

import { createHash } from "node:crypto";
import { shortenId } from "./thread-id.ts";

/** The id under which a tenant is counted: its own, or a shortened one with a digest if it is very long. */
export function boundTenantId(tenantId: string): string {
  return shortenId(tenantId);
}

const PLAIN = /^[A-Za-z0-9_.-]{1,64}$/;
const DIGEST_DIGITS = 12;

/** How a tenant shows in metrics: its id if that is a plain name, else `tenant_` and a part of its SHA-256. */
export function tenantLabel(tenantId: string): string {
  if (PLAIN.test(tenantId)) return tenantId;
  const digest = createHash("sha256").update(tenantId, "utf8").digest("hex");
  return `tenant_${digest.slice(0, DIGEST_DIGITS)}`;
}
