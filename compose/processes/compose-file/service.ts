// One service of a compose file, with every short form written out. What only a container engine can do (limits,
// capabilities, networks) is not read.

import { isAbsolute, join } from "node:path";
import { z } from "zod";
import { DashstreamError } from "../../../src/errors.ts";
import { goDurationMs } from "../duration.ts";
import { shellWords } from "../shell-words.ts";
import { readSignal } from "../signals.ts";
import type { Variables } from "./interpolation.ts";
import { parsePorts, type ServicePort } from "./ports.ts";

/** Something that the service sees as a file or folder at `target`. */
export interface Mount {
  readonly target: string;
  /** A path of this machine, a volume that outlives the service, or a folder of its own. */
  readonly source:
    | { readonly kind: "bind"; readonly path: string }
    | { readonly kind: "volume"; readonly name: string }
    | { readonly kind: "own" };
}

export type DependencyCondition = "service_started" | "service_healthy" | "service_completed_successfully";

export interface ComposeService {
  readonly name: string;
  /** Names under which others reach it. */
  readonly hosts: readonly string[];
  readonly image: string;
  /** Whether the image is made from this project. */
  readonly isBuilt: boolean;
  readonly entrypoint: readonly string[] | null;
  readonly command: readonly string[] | null;
  readonly environment: Readonly<Record<string, string>>;
  readonly ports: readonly ServicePort[];
  readonly mounts: readonly Mount[];
  readonly dependsOn: Readonly<Record<string, DependencyCondition>>;
  /** Milliseconds between the stop signal and SIGKILL. */
  readonly gracePeriodMs: number;
  readonly stopSignal: NodeJS.Signals;
  /** Those in which it runs; empty: always. */
  readonly profiles: readonly string[];
}

/** docker compose, if the file says nothing. */
const DEFAULT_GRACE_PERIOD_MS = 10_000;

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const words = z.union([z.string().transform(shellWords), z.array(scalar)]).nullish();
const strings = z.union([scalar.transform((text) => [text]), z.array(scalar)]).nullish();

const environment = z
  .union([
    z.array(scalar).transform((list) => list.map(assignment)),
    z.record(z.string(), scalar.nullable()).transform((record) => Object.entries(record)),
  ])
  .nullish();

const CONDITIONS = ["service_started", "service_healthy", "service_completed_successfully"] as const;
const dependsOn = z
  .union([
    z.array(z.string()).transform((names) => names.map((name) => [name, "service_started"] as const)),
    z
      .record(z.string(), z.looseObject({ condition: z.enum(CONDITIONS).default("service_started") }))
      .transform((record) =>
        Object.entries(record).map(([name, { condition }]) => [name, condition] as const),
      ),
  ])
  .nullish();

const volume = z.union([
  z.string(),
  z.looseObject({ type: z.string(), source: z.string().optional(), target: z.string() }),
]);

const networks = z
  .union([
    z.array(z.string()),
    z.record(z.string(), z.looseObject({ aliases: z.array(z.string()).nullish() }).nullable()),
  ])
  .nullish();

/** The keys that count here; others are passed over. */
export const serviceSchema = z.looseObject({
  image: z.string().default(""),
  build: z.unknown().optional(),
  container_name: z.string().optional(),
  hostname: z.string().optional(),
  entrypoint: words,
  command: words,
  environment,
  ports: z
    .array(
      z.union([
        scalar,
        z.looseObject({ target: scalar, published: scalar.optional(), protocol: z.string().optional() }),
      ]),
    )
    .nullish(),
  volumes: z.array(volume).nullish(),
  tmpfs: strings,
  depends_on: dependsOn,
  networks,
  profiles: z.array(z.string()).default([]),
  stop_grace_period: scalar.optional(),
  stop_signal: scalar.default("SIGTERM"),
});

/**
 * @param dir the folder of the compose file, from which relative paths count
 * @throws DashstreamError `config_invalid`
 */
export function readService(
  name: string,
  raw: z.infer<typeof serviceSchema>,
  dir: string,
  variables: Variables,
): ComposeService {
  const given = (raw.environment ?? []).flatMap(([key, value]) => {
    // A name without a value is taken from the environment, if it is there.
    const text = value ?? variables[key];
    return text === undefined ? [] : [[key, text] as const];
  });
  const aliases = Array.isArray(raw.networks)
    ? []
    : Object.values(raw.networks ?? {}).flatMap((network) => network?.aliases ?? []);
  const hosts = [name, raw.container_name, raw.hostname, ...aliases];
  return {
    name,
    hosts: [...new Set(hosts.filter((host) => host !== undefined))],
    image: raw.image,
    isBuilt: raw.build !== undefined,
    entrypoint: raw.entrypoint ?? null,
    command: raw.command ?? null,
    environment: Object.fromEntries(given),
    ports: (raw.ports ?? []).flatMap(parsePorts),
    mounts: [
      ...(raw.volumes ?? []).map((entry) => mountOf(entry, dir)),
      ...(raw.tmpfs ?? []).map((entry) => ownMount(entry.split(":")[0] ?? "")),
    ],
    dependsOn: Object.fromEntries(raw.depends_on ?? []),
    gracePeriodMs:
      raw.stop_grace_period === undefined
        ? DEFAULT_GRACE_PERIOD_MS
        : gracePeriodMs(name, raw.stop_grace_period),
    stopSignal: stopSignal(name, raw.stop_signal),
    profiles: raw.profiles,
  };
}

function assignment(text: string): [string, string | null] {
  const at = text.indexOf("=");
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}

function ownMount(target: string): Mount {
  return { target, source: { kind: "own" } };
}

function mountOf(entry: z.infer<typeof volume>, dir: string): Mount {
  if (typeof entry !== "string") {
    const { type, source, target } = entry;
    if (type === "tmpfs" || source === undefined) return ownMount(target);
    return { target, source: type === "bind" ? bind(source, dir) : { kind: "volume", name: source } };
  }
  const [source = "", target] = entry.split(":");
  if (target === undefined) return ownMount(source);
  const isPath = /^[./~]/.test(source);
  return { target, source: isPath ? bind(source, dir) : { kind: "volume", name: source } };
}

function bind(path: string, dir: string): Mount["source"] {
  return { kind: "bind", path: isAbsolute(path) ? path : join(dir, path) };
}

/** @throws DashstreamError `config_invalid`; a signal that nobody can send would be found when the service is to end */
function stopSignal(service: string, text: string): NodeJS.Signals {
  const signal = readSignal(text);
  if (signal !== null) return signal;
  throw new DashstreamError(
    "config_invalid",
    `services.${service}.stop_signal: "${text}", expected a signal of this system such as SIGTERM or 15`,
  );
}

/** @throws DashstreamError `config_invalid` */
function gracePeriodMs(service: string, text: string): number {
  // Go has no unit for none.
  const ms = text === "0" ? 0 : goDurationMs(text);
  if (ms !== null) return ms;
  throw new DashstreamError(
    "config_invalid",
    `services.${service}.stop_grace_period: "${text}", expected a duration such as 1m30s`,
  );
}
