// A command in namespaces of its own.

import { ended, spawnTied } from "./child-process.ts";

const UNSHARE = [
  ...["unshare", "--map-root-user", "--net", "--pid", "--fork", "--mount-proc", "--kill-child=KILL"],
  ...["sh", "-c", 'ip link set lo up && "$@"', "sh"],
];

/** Whether this machine has namespaces. Without them commands share its ports, and must wait for each other. */
export function canIsolate(): boolean {
  const { success } = Bun.spawnSync([...UNSHARE, "true"], { stdio: ["ignore", "ignore", "ignore"] });
  return success;
}

/**
 * Resolves when it has ended, well or not. It ends with this process, and its output is shown. With a network of its own
 * all ports are free, and with process ids of its own everything that is started in it ends with it. Where there are no
 * namespaces the command is left as it is.
 */
export async function runIsolated(command: readonly string[]): Promise<void> {
  const inside = canIsolate() ? [...UNSHARE, ...command] : command;
  await ended(spawnTied(inside, { stdio: ["ignore", "inherit", "inherit"] }));
}
