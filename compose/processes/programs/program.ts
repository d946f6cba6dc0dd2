// What a program must be told to do as a process what its image does as a container.

import { DashstreamError } from "../../../src/errors.ts";
import type { ComposeService } from "../compose-file/service.ts";
import type { KafkaComponent } from "../kafka/releases.ts";
import type { Addresses } from "../places/addresses.ts";
import type { ServicePaths } from "../places/paths.ts";

/** How to see that a service does its work. */
export type Readiness =
  | { readonly kind: "http"; readonly url: string }
  | { readonly kind: "kafka" | "redis" | "tcp"; readonly port: number }
  /** Nothing to ask: that it still runs after so many milliseconds is enough. */
  | { readonly kind: "running"; readonly forMs: number }
  /** It does its work and ends with 0. */
  | { readonly kind: "completed" };

/** A command line with all that it needs, ready to be started any number of times. */
export interface Launch {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Default: the folder of the service below the state folder. */
  readonly cwd?: string;
  readonly readiness: Readiness;
  /** What runs, for people: `Prometheus 2.42.0`. */
  readonly version: string;
  /** Run to its end before the first start, while `unless` is not there. */
  readonly before?: { readonly command: readonly string[]; readonly unless: string };
  /** A new archive of classes, to be kept when the process has ended. */
  readonly freshClasses?: { readonly component: KafkaComponent; readonly path: string };
  /** Where it writes its log; default: standard output. */
  readonly logsTo?: "stderr";
  /** What differs from the container, for people. */
  readonly notes?: readonly string[];
}

/** What is known of a service and of the machine when its launch is planned. */
export interface Site {
  readonly service: ComposeService;
  /** Environment and command line with addresses and paths replaced. */
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly addresses: Addresses;
  readonly paths: ServicePaths;
  /** Working directory, which is there already; for files that the program is started with. */
  readonly workDir: string;
  readonly kafka: KafkaComponent;
  /** Instead of the sources. */
  readonly binary: string | null;
  /** For Kafka's tools. */
  readonly binDir: string;
  /** PATH. */
  readonly searchPath: string;
  /** Where a program is on PATH. */
  readonly which: (name: string) => string | null;
}

export interface Program {
  /** Whether it is what this service runs. */
  readonly runs: (service: ComposeService) => boolean;
  /**
   * `leftOut` names why the stack goes without it.
   * @throws DashstreamError `storage_failed` if what the stack cannot do without is not on this machine
   */
  readonly plan: (site: Site) => Launch | { readonly leftOut: string };
}

/**
 * Where a program is on PATH, under the first of its `names` that is there.
 * @param debian the package that has it
 * @throws DashstreamError `storage_failed`
 */
export function requireOnPath(
  which: Site["which"],
  names: readonly [string, ...string[]],
  debian: string = names[0],
): string {
  const path = names.map(which).find((found) => found !== null);
  if (path !== undefined) return path;
  throw new DashstreamError("storage_failed", `${names[0]} is not on PATH (Debian: ${debian})`);
}

/** Whether `image` is one of a repository, in any registry and version. */
export function isImage(image: string, repository: string): boolean {
  const name = repositoryOf(image);
  return name === repository || name.endsWith(`/${repository}`);
}

/** The name of an image without tag and digest. */
export function repositoryOf(image: string): string {
  return image.replace(/[:@][^/]*$/, "");
}

/** `args` with one value for `--flag`, whether they had it or not. */
export function withFlag(args: readonly string[], flag: string, value: string): readonly string[] {
  const at = args.findIndex((arg) => arg === flag || arg.startsWith(`${flag}=`));
  if (at < 0) return [...args, `${flag}=${value}`];
  const words = args[at] === flag ? 2 : 1;
  return [...args.slice(0, at), `${flag}=${value}`, ...args.slice(at + words)];
}
