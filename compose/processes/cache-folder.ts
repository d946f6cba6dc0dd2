// Where this machine keeps what takes minutes to fetch or to build, outside the tree, so that it is done once.

import { homedir } from "node:os";
import { join } from "node:path";

/** A path in the cache folder of this project; nothing is made. */
export function cachePath(...parts: readonly string[]): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "dashstream", ...parts);
}
