// The producers are replaced, as with a deploy of the applications.

import { z } from "zod";
import { defineFault } from "./fault.ts";
import { need } from "./stage.ts";

export const producerRestart = defineFault({
  name: "producer-restart",
  area: "traffic",
  summary: "The producers are replaced: their threads end where they are, and others begin.",
  params: z.strictObject({}),
  needs: ["traffic"],
  raises: [],
  mayRaise: [],
  async apply(stage) {
    need(stage, "traffic").restart();
    return { hits: () => 1, clear: async () => {} };
  },
});
