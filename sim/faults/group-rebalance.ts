// The members of the server's consumer group lose their sessions again and again, and have to join anew.

import { z } from "zod";
import { defineFault } from "./fault.ts";
import { need } from "./stage.ts";

const MAX_SECONDS = 3_600;

export const groupRebalance = defineFault({
  name: "group-rebalance",
  area: "broker",
  summary:
    "The members of the server's consumer group lose their sessions again and again, and have to join anew.",
  params: z.strictObject({
    every_seconds: z
      .number()
      .gt(0)
      .max(MAX_SECONDS)
      .default(30)
      .describe("Time between two losses, the first at once"),
  }),
  needs: ["broker"],
  raises: [],
  mayRaise: [],
  async apply(stage, { every_seconds: everySeconds }) {
    const broker = need(stage, "broker");
    let hits = 0;
    const expire = () => {
      hits += broker.expireMembers(stage.kafka.serverGroup);
    };
    expire();
    const timer = stage.clock.every(everySeconds * 1_000, expire);
    return {
      async clear() {
        timer.cancel();
      },
      hits: () => hits,
    };
  },
});
