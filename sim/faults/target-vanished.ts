// A component goes from what Prometheus scrapes: its series end, and it has no `up` that could be 0.

import { z } from "zod";
import { componentParam } from "./component-param.ts";
import { defineFault } from "./fault.ts";
import { need } from "./stage.ts";

export const targetVanished = defineFault({
  name: "target-vanished",
  area: "discovery",
  summary: "A component vanishes from service discovery: its series end, and it has no up that could be 0.",
  params: z.strictObject({ component: componentParam }),
  needs: ["discovery"],
  raises: ["ServiceDown"],
  mayRaise: [],
  async apply(stage, { component }) {
    const discovery = need(stage, "discovery");
    discovery.withdraw(component);
    return {
      async clear() {
        discovery.restore(component);
      },
      hits: () => 1,
    };
  },
});
