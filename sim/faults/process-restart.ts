// A component is stopped in order and started again, as with each deployment.

import { z } from "zod";
import { componentParam } from "./component-param.ts";
import { returning } from "./component-return.ts";
import { defineFault } from "./fault.ts";
import { need } from "./stage.ts";

const MAX_SECONDS = 3_600;

export const processRestart = defineFault({
  name: "process-restart",
  area: "processes",
  summary: "A component is stopped in order and started again, as with each deployment.",
  params: z.strictObject({
    component: componentParam,
    down_seconds: z
      .number()
      .min(0)
      .max(MAX_SECONDS)
      .default(5)
      .describe("Time between its end and its start"),
  }),
  needs: ["components"],
  raises: [],
  mayRaise: [],
  scaled: (params, scale) => ({ ...params, down_seconds: params.down_seconds / scale }),
  async apply(stage, { component, down_seconds: downSeconds }) {
    await need(stage, "components").stop(component);
    return returning(stage, component, downSeconds * 1_000);
  },
});
