// The executable, built as users get it, for tests that run what is shipped.

import { join } from "node:path";
import { succeeds } from "./child-process.ts";

/** Builds it into the folder. @returns its path */
export async function buildExecutable(dir: string): Promise<string> {
  const path = join(dir, "dashstream");
  const built = await succeeds(["make", "--silent", "build", `BINARY=${path}`]);
  if (!built) throw new Error("the executable could not be built, see above");
  return path;
}
