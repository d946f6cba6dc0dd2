// A stack that was started before, found again in its folder. Apart from what starts one, so that commands which only look
// at it or act on its services begin at once.

import { resolve } from "node:path";
import { DashstreamError } from "../../src/errors.ts";
import { systemStackSeams } from "./running/seams.ts";
import { StateFolder } from "./running/state-folder.ts";
import { Stack, type StackContext } from "./stack.ts";

/** Whether a stack was started in a folder. */
export function hasStack(dir: string): boolean {
  return new StateFolder(resolve(dir)).readStack() !== null;
}

/**
 * The stack that was started in a folder, running or not.
 * @throws DashstreamError `usage` if there was none
 */
export function openStack(
  dir: string,
  { seams = systemStackSeams, say = () => {} }: Partial<Pick<StackContext, "seams" | "say">> = {},
): Stack {
  const folder = new StateFolder(resolve(dir));
  const record = folder.readStack();
  if (record === null) throw new DashstreamError("usage", `no stack was started in ${folder.dir}`);
  return new Stack(record, { folder, seams, isTied: false, say });
}
