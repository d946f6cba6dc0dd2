// Builds the loader of the compose specification into the cache folder of this machine, which takes less than a minute.
// Does nothing, and needs no network, where it is there already. Needs go.

import { COMPOSE_CHECK } from "./compose-check.ts";
import { buildGoPrograms } from "./go-program.ts";

await buildGoPrograms([COMPOSE_CHECK]);
