// Nothing passes on one link, and nothing is refused or closed.

import { z } from "zod";
import { breakLink, linkParam } from "./broken-link.ts";
import { defineFault } from "./fault.ts";

export const networkBlackhole = defineFault({
  name: "network-blackhole",
  area: "network",
  summary: "Nothing passes on one link, and nothing is refused or closed.",
  params: z.strictObject({ link: linkParam }),
  needs: ["links"],
  raises: [],
  mayRaise: [],
  async apply(stage, { link }) {
    return breakLink(stage, link, { kind: "blackhole" });
  },
});
