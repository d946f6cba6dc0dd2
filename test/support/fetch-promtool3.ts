// Builds promtool and Prometheus of release 3 from their sources into the cache folder of this machine, which takes some
// minutes. Does nothing, and needs no network, where they are there already. Needs go.

import { buildGoPrograms } from "./go-program.ts";
import { PROMETHEUS3, PROMTOOL3 } from "./promtool3.ts";

await buildGoPrograms([PROMTOOL3, PROMETHEUS3]);
