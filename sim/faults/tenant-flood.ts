// One tenant sends far more than all others.

import { z } from "zod";
import { extraSource } from "./extra-source.ts";
import { defineFault, MAX_DENSER } from "./fault.ts";
import { need } from "./stage.ts";

export const tenantFlood = defineFault({
  name: "tenant-flood",
  area: "traffic",
  summary: "One tenant sends far more than all others.",
  params: z.strictObject({
    tenant: z.string().min(1).max(256).default("flood").describe("Its name"),
    rate: z.number().gt(0).max(100_000).default(50).describe("Records a second that it sends"),
  }),
  needs: ["traffic"],
  raises: ["TenantRateLimitExceeded"],
  mayRaise: [],
  // As the healthy traffic of a fast drill, which is denser: a little too much is not seen in seconds.
  scaled: (params, scale) => ({ ...params, rate: params.rate * Math.min(scale, MAX_DENSER) }),
  async apply(stage, { tenant, rate }) {
    const source = extraSource(stage, tenant);
    const flood = need(stage, "traffic").add(source, rate);
    return {
      async clear() {
        flood.remove();
      },
      hits: () => source.made,
    };
  },
});
