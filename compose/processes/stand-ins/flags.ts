// Flags of a command line by the rules of the real tools (spf13/pflag): `--name value`, `--name=value`, `-n5`, `-it`, `--`.
// What is not known is refused in their words.

export interface FlagSpec {
  readonly name: string;
  readonly short?: string;
  /** Default: it is a switch. */
  readonly takes?: "value";
}

export interface ParsedFlags {
  /** The last value of a flag; `null` if it was not given. A switch is "true". */
  readonly last: (name: string) => string | null;
  readonly all: (name: string) => readonly string[];
  readonly has: (name: string) => boolean;
  /** What is no flag. */
  readonly words: readonly string[];
}

export interface FlagRules {
  readonly specs: readonly FlagSpec[];
  /** Whether flags may stand behind the first word that is none. */
  readonly interspersed: boolean;
  /** Makes what is thrown of a complaint. */
  readonly complain: (problem: string) => Error;
}

/** @throws what `complain` makes of a flag that is not known, or lacks its value */
export function parseFlags(args: readonly string[], rules: FlagRules): ParsedFlags {
  const values = new Map<string, string[]>();
  const words: string[] = [];
  const rest = [...args];
  const put = (name: string, value: string) => values.set(name, [...(values.get(name) ?? []), value]);
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === "--") {
      words.push(...rest.splice(0));
    } else if (arg.startsWith("--")) {
      takeLong(arg, rest, rules, put);
    } else if (arg.startsWith("-") && arg !== "-") {
      takeShort(arg, rest, rules, put);
    } else {
      words.push(arg);
      if (!rules.interspersed) words.push(...rest.splice(0));
    }
  }
  const all = (name: string) => values.get(name) ?? [];
  return { all, last: (name) => all(name).at(-1) ?? null, has: (name) => all(name).at(-1) === "true", words };
}

type Put = (name: string, value: string) => void;

function takeLong(arg: string, rest: string[], { specs, complain }: FlagRules, put: Put): void {
  const [, name = "", value] = /^--([^=]*)(?:=([\s\S]*))?$/.exec(arg) ?? [];
  const spec = specs.find((each) => each.name === name);
  if (spec === undefined) throw complain(`unknown flag: --${name}`);
  if (spec.takes === undefined) {
    put(name, value ?? "true");
    return;
  }
  const given = value ?? rest.shift();
  if (given === undefined) throw complain(`flag needs an argument: --${name}`);
  put(name, given);
}

function takeShort(arg: string, rest: string[], { specs, complain }: FlagRules, put: Put): void {
  for (let at = 1; at < arg.length; at++) {
    const short = arg[at] ?? "";
    const spec = specs.find((each) => each.short === short);
    if (spec === undefined) throw complain(`unknown shorthand flag: '${short}' in ${arg}`);
    if (spec.takes === undefined) {
      put(spec.name, "true");
      continue;
    }
    const attached = arg.slice(at + 1).replace(/^=/, "");
    const given = attached === "" ? rest.shift() : attached;
    if (given === undefined) throw complain(`flag needs an argument: '${short}' in ${arg}`);
    put(spec.name, given);
    return;
  }
}
