// Counts checks by tenant with a bounded number of series: the first tenants get their own, later ones share. Both
// series of a tenant are born together at 0, because a counter that is born with its first event fires no rule.

import type { Counter, Metrics } from "../telemetry/metrics.ts";
import { tenantLabel } from "./tenant-id.ts";

/** Tenants with series of their own. */
const MAX_TENANT_LABELS = 1_000;
const OVERFLOW_LABEL = "overflow";

export interface TenantCounter {
  readonly allowed: Counter;
  readonly exceeded: Counter;
}

export class TenantCounters {
  readonly #metrics: Metrics;
  readonly #byTenant = new Map<string, TenantCounter>();
  #overflow: TenantCounter | null = null;

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  /** @param key what `tenantId` is tracked under, see `boundTenantId` */
  of(key: string, tenantId: string): TenantCounter {
    const known = this.#byTenant.get(key);
    if (known !== undefined) return known;
    if (this.#byTenant.size >= MAX_TENANT_LABELS) {
      this.#overflow ??= this.#counter(OVERFLOW_LABEL);
      return this.#overflow;
    }
    const counter = this.#counter(tenantLabel(tenantId));
    this.#byTenant.set(key, counter);
    return counter;
  }

  #counter(tenant_id: string): TenantCounter {
    return {
      allowed: this.#metrics.counter("dashstream_rate_limit_allowed_total", { tenant_id }),
      exceeded: this.#metrics.counter("dashstream_rate_limit_exceeded_total", { tenant_id }),
    };
  }
}
