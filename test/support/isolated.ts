// A command in namespaces of its own.

/**
 * With a network of its own all ports are free, and with process ids of its own everything that is started in it ends with
 * it. Where there are no namespaces the command is left as it is.
 */
export function isolated(command: readonly string[]): readonly string[] {
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
