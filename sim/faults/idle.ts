// Nobody sends anything, as at night.

import { z } from "zod";
import { defineFault } from "./fault.ts";
import { need } from "./stage.ts";

export const idle = defineFault({
  name: "idle",
  area: "traffic",
  summary: "No producer makes anything.",
  params: z.strictObject({}),
  needs: ["traffic"],
  raises: [],
  mayRaise: [],
  async apply(stage) {
    const pause = need(stage, "traffic").pause();
    return { hits: () => 1, clear: async () => pause.remove() };
  },
});
