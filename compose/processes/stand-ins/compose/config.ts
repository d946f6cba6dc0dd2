// `docker compose config`: what the files say, with variables, anchors and profiles resolved. Short forms stay as they are
// written, where Compose writes all of them out.

import { stringify } from "yaml";
import { dependenciesFirst } from "../../running/order.ts";
import type { FlagSpec } from "../flags.ts";
import { print, write } from "../terminal.ts";
import { notHere, ToolFailure } from "../tool-failure.ts";
import type { ComposeCall } from "./compose.ts";
import type { Project } from "./project.ts";
import { activeServices } from "./selection.ts";

export const CONFIG_FLAGS: readonly FlagSpec[] = [
  { name: "format", takes: "value" },
  { name: "profiles" },
  { name: "quiet", short: "q" },
  { name: "services" },
];

export async function config({ project, flags }: ComposeCall): Promise<number> {
  if (flags.words.length > 0) throw notHere("the configuration of single services");
  if (flags.has("services")) {
    for (const { name } of dependenciesFirst([...activeServices(project).values()])) print(name);
    return 0;
  }
  if (flags.has("profiles")) {
    const all = new Set([...project.services.values()].flatMap(({ profiles }) => profiles));
    for (const name of [...all].sort()) print(name);
    return 0;
  }
  const text = written(flags.last("format") ?? "yaml", resolved(project));
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

/** What the first file says, with variables of the others, and without the services that are not active. */
function resolved(project: Project): Tree {
  const { services, ...rest } = project.document() as Tree & { readonly services: Tree };
  const active = activeServices(project);
  const there = Object.entries(services)
    .filter(([name]) => active.has(name))
    .map(([name, service]) => {
      const environment = project.overridden.get(name);
      return [name, environment === undefined ? service : { ...(service as Tree), environment }];
    });
  return { ...rest, services: Object.fromEntries(there) };
}
