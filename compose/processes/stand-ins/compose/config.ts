// `docker compose config`: what the files say, with variables, anchors and profiles resolved. Short forms stay as they are
// written, where Compose writes all of them out.

import { stringify } from "yaml";
import { dependenciesFirst } from "../../running/order.ts";
import type { FlagSpec } from "../flags.ts";
import { print, write } from "../terminal.ts";
import { notHere, ToolFailure } from "../tool-failure.ts";
import type { ComposeCall } from "./compose.ts";
import { activeServices } from "./selection.ts";

export const CONFIG_FLAGS: readonly FlagSpec[] = [
  { name: "format", takes: "value" },
  { name: "profiles" },
  { name: "quiet", short: "q" },
  { name: "services" },
];

export async function config({ project, flags }: ComposeCall): Promise<number> {
  if (flags.words.length > 0) throw notHere("the configuration of single services");
  const active = activeServices(project);
  if (flags.has("services")) {
    for (const { name } of dependenciesFirst([...active.values()])) print(name);
    return 0;
  }
  if (flags.has("profiles")) {
    const all = new Set([...project.services.values()].flatMap(({ profiles }) => profiles));
    for (const name of [...all].sort()) print(name);
    return 0;
  }
  const text = written(flags.last("format") ?? "yaml", resolved(project.documents(), new Set(active.keys())));
  if (!flags.has("quiet")) write("stdout", text);
  return 0;
}

function written(format: string, document: Tree): string {
  const text = format === "json" ? `${JSON.stringify(document, null, 2)}\n` : asYaml(format, document);
  // It can be read again as a compose file.
  return text.replaceAll("$", "$$$$");
}

function asYaml(format: string, document: Tree): string {
  if (format === "yaml") return stringify(document, { lineWidth: 0 });
  throw new ToolFailure(`unsupported format "${format}"`, 1);
}

interface Tree {
  readonly [key: string]: unknown;
}

/** One document of all, without the services that are not active. */
function resolved(documents: readonly unknown[], active: ReadonlySet<string>): Tree {
  const { services, ...rest } = documents.filter(isTree).reduce(merged, {});
  const there = Object.entries(isTree(services) ? services : {}).filter(([name]) => active.has(name));
  return { ...rest, services: Object.fromEntries(there) };
}

/** Keys of both; lists follow each other, of anything else the later one counts (Compose Specification, 13-merge). */
function merged(before: Tree, later: Tree): Tree {
  const both = Object.entries(later).map(([key, value]) => {
    const old = before[key];
    if (isTree(old) && isTree(value)) return [key, merged(old, value)];
    if (Array.isArray(old) ? isTree(value) : isTree(old) && Array.isArray(value)) {
      throw notHere(`how to merge ${key} as a list with ${key} as a mapping`);
    }
    return [key, Array.isArray(old) && Array.isArray(value) ? [...old, ...value] : value];
  });
  return { ...before, ...Object.fromEntries(both) };
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
