// What a Go program says about itself: its version, and the flags that it knows. The machine may have another release than
// the image, whose flags it would refuse.

/** Output of `program ...args`, both streams. */
function output(program: string, ...args: readonly string[]): string {
  const { stdout, stderr } = Bun.spawnSync([program, ...args], { stdin: "ignore" });
  return `${stdout}${stderr}`;
}

/** The first version number that `program --version` prints. */
export function programVersion(program: string): string {
  return /\d+\.\d+\.\d+/.exec(output(program, "--version"))?.[0] ?? "of unknown version";
}

/** `args` without flags that the program does not know, and those. */
export function knownFlags(
  program: string,
  args: readonly string[],
): { readonly args: readonly string[]; readonly dropped: readonly string[] } {
  const help = output(program, "--help");
  const known = new Set([...help.matchAll(/--(?:\[no-\])?([a-z][\w.-]*)/g)].map(([, name]) => name));
  const isKnown = (arg: string) => {
    const name = /^--(?:no-)?([a-z][\w.-]*)/.exec(arg)?.[1];
    return name === undefined || known.has(name) || known.has(`no-${name}`);
  };
  return { args: args.filter(isKnown), dropped: args.filter((arg) => !isKnown(arg)) };
}
