// The members of the server's consumer group lose their sessions again and again, and have to join anew.

import { z } from "zod";
import { defineFault } from "./fault.ts";
import { repeatedly } from "./repeated.ts";
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
  takes: () => ({ what: "members of the consumer group of websocket-server", from: [] }),
  async apply(stage, { every_seconds: everySeconds }) {
    const broker = need(stage, "broker");
    let hits = 0;
    const expire = async () => {
      hits += await broker.expireMembers(stage.kafka.serverGroup);
    };
    const clear = await repeatedly(stage, everySeconds, expire, "members were not expired");
    return {
      clear,
      hits: () => hits,
    };
  },
});
