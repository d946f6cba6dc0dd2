// What limits per tenant cost by themselves, and in Redis beside a bare pipeline of the same script.

import { startChild } from "../child.ts";
import type { Measured, Results } from "../results.ts";

interface Limiter {
  readonly cost: Measured;
  /** Why there is no Redis to measure with; `null` if there is. */
  readonly missing: string | null;
}

export async function tenantLimits(results: Results): Promise<void> {
  const child = startChild("limiter-costs.ts");
  const next = async (): Promise<Limiter> => {
    const { units, seconds, cpuSeconds, reason } = await child.next();
    const cost = { units: Number(units), seconds: Number(seconds), cpuSeconds: Number(cpuSeconds) };
    return { cost, missing: reason === undefined ? null : String(reason) };
  };
  results.row({ name: "tenant limits, single checks", ...(await next()).cost });
  results.row({ name: "tenant limits, records in slices of 500", ...(await next()).cost });
  const { cost: bare, missing } = await next();
  if (missing === null) {
    results.row({ name: "bare pipelines of 100 scripts, real Redis", ...bare });
    results.row({
      name: "tenant limits in Redis, 100 tenants a call",
      ...(await next()).cost,
      baseline: { by: "rate", cost: bare },
    });
  } else results.note(`limits in Redis: not measured, ${missing}`);
  await child.stop();
}
