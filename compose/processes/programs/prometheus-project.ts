// What the servers of the Prometheus project have in common: how they are asked whether they are ready, where they log, and
// that one of another release than the image may not know all flags.

import type { Launch, Site } from "./program.ts";
import { knownFlags } from "./program-help.ts";

export interface ProjectServer {
  /** `Prometheus`, `Alertmanager`. */
  readonly title: string;
  /** Where it is. */
  readonly program: string;
  readonly version: string;
  readonly args: readonly string[];
  /** `host:port` where it listens. */
  readonly address: string;
}

/** Flags that it does not know are left out, and said. */
export function projectLaunch({ env, service }: Site, server: ProjectServer): Launch {
  const { title, program, version, args, address } = server;
  const known = knownFlags(program, args);
  return {
    command: [program, ...known.args],
    env,
    readiness: { kind: "http", url: `http://${address}/-/ready` },
    logsTo: "stderr",
    version: `${title} ${version}`,
    notes: known.dropped.map((flag) => `${service.name}: ${title} ${version} has no ${flag}`),
  };
}
