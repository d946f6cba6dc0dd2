// Many records at once, as after an outage of the producers.

import { z } from "zod";
import { describeError } from "../../src/errors.ts";
import { extraSource } from "./extra-source.ts";
import { defineFault } from "./fault.ts";
import { need } from "./stage.ts";

/** So many records are not meant to be many, and stay in a fast drill. */
const FEW = 100;

export const burst = defineFault({
  name: "burst",
  area: "traffic",
  summary: "Many records come at once, as after an outage of the producers.",
  params: z.strictObject({
    count: z
      .int()
      .min(1)
      .max(10_000_000)
      .default(10_000)
      .describe("Records, sent as fast as Kafka takes them"),
    bytes: z
      .int()
      .min(0)
      .max(1_000_000)
      .default(0)
      .describe("Size of each value, for records that fill buffers; 0 = small ones, as they come"),
    tenant: z.string().min(1).max(256).default("burst").describe("The tenant that sends them"),
  }),
  needs: ["traffic"],
  raises: [],
  mayRaise: [
    {
      alert: "TenantRateLimitExceeded",
      because: "All of them are of one tenant, which may have a limit.",
    },
  ],
  scaled: (params, scale) =>
    params.bytes > 0 || params.count <= FEW ? params : { ...params, count: Math.round(params.count / scale) },
  async apply(stage, { count, bytes, tenant }) {
    const source = extraSource(stage, tenant, bytes);
    const sent = need(stage, "traffic").burst(source, count);
    sent.catch((error: unknown) => {
      stage.log.info("a burst did not end", { error: describeError(error) });
    });
    // What was sent cannot be taken back, so that there is nothing to clear.
    return { async clear() {}, hits: () => source.made };
  },
});
