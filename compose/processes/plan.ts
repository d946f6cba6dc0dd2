// From a compose file to what is started: each service with its command line, environment, files and ports on this
// machine. Planning writes the copies of configuration below the state folder and starts nothing.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { ComposeFile } from "./compose-file/compose-file.ts";
import { isActive } from "./compose-file/profiles.ts";
import type { ComposeService, DependencyCondition, Mount } from "./compose-file/service.ts";
import type { KafkaComponent } from "./kafka/releases.ts";
import { type Address, Addresses, type Reachable } from "./places/addresses.ts";
import { copyConfig, type Rewrite } from "./places/config-copy.ts";
import { copyPlaces, type ServicePaths, servicePaths, volumePath } from "./places/paths.ts";
import type { Launch, Site } from "./programs/program.ts";
import { programOf } from "./programs/programs.ts";
import { StateFolder } from "./running/state-folder.ts";

export interface PlanOptions {
  /** State folder, absolute. */
  readonly dir: string;
  readonly file: ComposeFile;
  readonly portOffset: number;
  readonly kafka: KafkaComponent;
  /** The executable of this program instead of its sources. */
  readonly binary: string | null;
  readonly profiles: readonly string[];
  /** By service: variables that replace or join those of the file; an empty one counts as not set. */
  readonly env: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** By service: words that join its command line. */
  readonly args: Readonly<Record<string, readonly string[]>>;
  /** Services that run: they keep their files, which somebody may watch or have changed. */
  readonly running: ReadonlySet<string>;
  /** Changes copies of configuration, before their addresses are replaced. */
  readonly rewrite: Rewrite;
  readonly which: (name: string) => string | null;
  /** PATH. */
  readonly searchPath: string;
}

/** Kafka's tools, below the state folder. */
export const TOOLS_FOLDER = "bin";

/** A service as a process; all of it can be kept as JSON. */
export interface ServicePlan {
  readonly name: string;
  /** What its container would be made from. */
  readonly image: string;
  /** Variables of the compose file, as they were read. */
  readonly environment: Readonly<Record<string, string>>;
  readonly launch: Launch;
  /** Variables that it was given since, over those of `launch`; empty ones count as not set. */
  readonly overrides?: Readonly<Record<string, string>>;
  readonly workDir: string;
  readonly log: string;
  readonly addresses: readonly Address[];
  readonly mounts: readonly Mount[];
  /** What must have happened to which services before this one starts. */
  readonly dependsOn: Readonly<Record<string, DependencyCondition>>;
  /** Services that it talks to, which are better stopped after it. */
  readonly uses: readonly string[];
  readonly gracePeriodMs: number;
  readonly stopSignal: NodeJS.Signals;
}

export interface LeftOut {
  readonly name: string;
  readonly reason: string;
}

export interface StackPlan {
  readonly services: readonly ServicePlan[];
  readonly leftOut: readonly LeftOut[];
  /** What differs from the containers, for people. */
  readonly notes: readonly string[];
  /** Folders that stand for volumes, by the names that an engine gives these. */
  readonly volumes: Readonly<Record<string, string>>;
  /** How services are reached, also those that are left out. */
  readonly reachable: readonly Reachable[];
  readonly addresses: readonly Address[];
}

/** @throws DashstreamError `config_invalid`, or `storage_failed` if a program is missing */
export function planStack(options: PlanOptions): StackPlan {
  const { file, profiles, portOffset } = options;
  const services = [...file.services.values()].filter((service) => isActive(service, profiles));
  const addresses = new Addresses(services, portOffset);
  const drafts = services.map((service) => draftOf(service, addresses, options));
  const leftOut = drafts.flatMap(({ service, outcome }) =>
    "leftOut" in outcome ? [{ name: service.name, reason: outcome.leftOut }] : [],
  );
  const missing = new Set(leftOut.map(({ name }) => name));
  const notes: string[] = [];
  const planned = drafts.flatMap(({ service, outcome, uses, workDir }) => {
    if ("leftOut" in outcome) return [];
    const { launch, notes: more } = withoutMissing(service, outcome, addresses, missing);
    notes.push(...(launch.notes ?? []), ...more);
    return [servicePlan({ service, launch, uses, workDir, addresses, missing, dir: options.dir })];
  });
  const volumes = Object.entries(file.volumes).map(([key, name]) => [name, volumePath(options.dir, key)]);
  return {
    services: planned,
    leftOut,
    notes,
    volumes: Object.fromEntries(volumes),
    reachable: services.map(({ name, hosts, ports }) => ({ name, hosts, ports })),
    addresses: addresses.all(),
  };
}

interface Draft {
  readonly service: ComposeService;
  readonly outcome: Launch | { readonly leftOut: string };
  readonly uses: readonly string[];
  readonly workDir: string;
}

function draftOf(service: ComposeService, addresses: Addresses, options: PlanOptions): Draft {
  const { dir, kafka, binary, which, searchPath } = options;
  const paths = servicePaths(service, dir);
  const workDir = join(dir, "services", service.name);
  mkdirSync(workDir, { recursive: true });
  const given = { ...service.environment, ...options.env[service.name] };
  const further = options.args[service.name] ?? [];
  const words = [...(service.entrypoint ?? []), ...(service.command ?? []), ...further];
  const place = (text: string) => paths.replaceIn(addresses.replaceIn(text, service.name));
  const site: Site = {
    service,
    env: Object.fromEntries(Object.entries(given).map(([name, value]) => [name, place(value)])),
    args: words.map(place),
    addresses,
    paths,
    workDir,
    kafka,
    binary,
    binDir: join(dir, TOOLS_FOLDER),
    searchPath,
    which,
  };
  const outcome = programOf(service).plan(site);
  if (!("leftOut" in outcome || options.running.has(service.name))) {
    makeFiles(service, paths, addresses, options);
    if (outcome.cwd !== undefined) mkdirSync(outcome.cwd, { recursive: true });
  }
  const uses = addresses.servicesIn([...Object.values(given), ...words].join("\n"));
  return { service, outcome, workDir, uses: uses.filter((name) => name !== service.name) };
}

/** Makes the folders of volumes, and copies what is mounted from the project. */
function makeFiles(
  service: ComposeService,
  paths: ServicePaths,
  addresses: Addresses,
  { dir, rewrite }: PlanOptions,
): void {
  for (const { mount, path } of paths.mounts) {
    if (mount.source.kind !== "bind") mkdirSync(path, { recursive: true });
  }
  const place = (text: string) => paths.replaceIn(addresses.replaceIn(text, service.name));
  new StateFolder(dir).writeCopies(service.name, copyConfig(copyPlaces(paths), { place, rewrite }));
}

/** Settings that lead to a service that is left out are emptied: nobody would answer there. */
function withoutMissing(
  { name, environment }: ComposeService,
  launch: Launch,
  addresses: Addresses,
  missing: ReadonlySet<string>,
): { readonly launch: Launch; readonly notes: readonly string[] } {
  const emptied = Object.entries(environment)
    .filter(([, value]) => addresses.servicesIn(value).some((used) => missing.has(used)))
    .map(([variable]) => variable);
  const empty = Object.fromEntries(emptied.map((variable) => [variable, ""]));
  return {
    launch: { ...launch, env: { ...launch.env, ...empty } },
    notes: emptied.map((variable) => `${name}: ${variable} is not set, what it leads to is left out`),
  };
}

interface Planned {
  readonly service: ComposeService;
  readonly launch: Launch;
  readonly uses: readonly string[];
  readonly workDir: string;
  readonly addresses: Addresses;
  readonly missing: ReadonlySet<string>;
  readonly dir: string;
}

function servicePlan({ service, launch, uses, workDir, addresses, missing, dir }: Planned): ServicePlan {
  const { name, image, environment, dependsOn, gracePeriodMs, stopSignal } = service;
  const there = Object.entries(dependsOn).filter(([dependency]) => !missing.has(dependency));
  return {
    name,
    image,
    environment,
    launch,
    workDir,
    log: join(dir, "logs", `${name}.log`),
    addresses: addresses.ofService(name),
    mounts: service.mounts,
    dependsOn: Object.fromEntries(there),
    uses: uses.filter((used) => !missing.has(used)),
    gracePeriodMs,
    stopSignal,
  };
}
