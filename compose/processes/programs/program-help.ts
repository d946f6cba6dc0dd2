// What a Go program says about itself: its version, and the flags that it knows. The machine may have another release than
// the image, whose flags it would refuse.

/** Output of `program ...args`, both streams. */
function output(program: string, ...args: readonly string[]): string {
  const { stdout, stderr } = Bun.spawnSync([program, ...args], { stdin: "ignore" });
  return `${stdout}${stderr}`;
}

/** The version that `program --version` names; `otherwise` if it names none, as what is built without a release does. */
export function programVersion(program: string, otherwise = "of unknown version"): string {
  // Not just the first number: the version of the compiler is there too.
  return /\b(?:version |v=)(\d+\.\d+\.\d+)/.exec(output(program, "--version"))?.[1] ?? otherwise;
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
