// Scripts without Lua: a script that is known here is a command written in TypeScript and found by the SHA-1 of the
// text that clients load. Any other script is refused.

import { createHash } from "node:crypto";
import type { CommandContext } from "./command.ts";
import type { Reply } from "./reply.ts";

export interface NativeScript {
  /** The Lua text that this stands for. */
  readonly text: string;
  run(keys: readonly Buffer[], args: readonly Buffer[], context: CommandContext): Reply;
}

/** The SHA-1 of a script in lower-case hex, as `SCRIPT LOAD` gives it. */
export function scriptDigest(text: string | Buffer): string {
  return createHash("sha1").update(text).digest("hex");
}
