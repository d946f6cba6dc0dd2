// A component is killed: nothing is flushed, no connection is closed in order, and its port is closed.

import { z } from "zod";
import { componentParam } from "./component-param.ts";
import { returning } from "./component-return.ts";
import { defineFault } from "./fault.ts";
import { need } from "./stage.ts";

const MAX_SECONDS = 86_400;

export const processKill = defineFault({
  name: "process-kill",
  area: "processes",
  summary: "A component is killed, and starts again when the fault is cleared.",
  params: z.strictObject({
    component: componentParam,
    restart_after_seconds: z
      .number()
      .min(0)
      .max(MAX_SECONDS)
      .default(0)
      .describe("It starts again by itself so long after; 0 = when the fault is cleared"),
  }),
  needs: ["components"],
  raises: ["ServiceDown"],
  mayRaise: [],
  async apply(stage, { component, restart_after_seconds: restartAfterSeconds }) {
    await need(stage, "components").kill(component);
    return returning(stage, component, restartAfterSeconds > 0 ? restartAfterSeconds * 1_000 : null);
  },
});
