// Builds Jaeger all-in-one from its sources into the cache folder of this machine, which takes some ten minutes. Does
// nothing, and needs no network, where it is there already. Needs go.

import { buildGoPrograms } from "./go-program.ts";
import { JAEGER } from "./jaeger.ts";

await buildGoPrograms([JAEGER]);
