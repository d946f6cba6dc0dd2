// A command in namespaces of its own.

import { ended, spawnTied } from "./child-process.ts";

/** Resolves when it has ended, well or not. It ends with this process, and its output is shown. */
export async function runIsolated(command: readonly string[]): Promise<void> {
  await ended(spawnTied(isolated(command), { stdio: ["ignore", "inherit", "inherit"] }));
}

/**
 * With a network of its own all ports are free, and with process ids of its own everything that is started in it ends with
 * it. Where there are no namespaces the command is left as it is.
 */
function isolated(command: readonly string[]): readonly string[] {
  const unshare = [
    "unshare",
    "--map-root-user",
    "--net",
    "--pid",
    "--fork",
    "--mount-proc",
    "--kill-child=KILL",
  ];
  const inside = [...unshare, "sh", "-c", 'ip link set lo up && "$@"', "sh"];
  const { success } = Bun.spawnSync([...inside, "true"], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
  });
  return success ? [...inside, ...command] : command;
}
