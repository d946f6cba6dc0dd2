// A compose file as data: anchors, merge keys and variables are resolved, short forms written out. Keys that mean nothing
// without a container engine are passed over; what would silently mean something else here is refused.

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { DashstreamError, describeError } from "../../../src/errors.ts";
import { parseDotenv } from "./dotenv.ts";
import { interpolateAll, type Variables } from "./interpolation.ts";
import { profileList } from "./profiles.ts";
import { type ComposeService, readService, serviceSchema } from "./service.ts";

export interface ComposeFile {
  readonly path: string;
  /** By name, in the order of the file. */
  readonly services: ReadonlyMap<string, ComposeService>;
  /** The name that an engine gives each volume, by its key in the file. */
  readonly volumes: Readonly<Record<string, string>>;
  /** Those that `COMPOSE_PROFILES` asks for. */
  readonly profiles: readonly string[];
}

const volumeSchema = z.looseObject({ name: z.string().optional() }).nullable();
const fileSchema = z.looseObject({
  name: z.string().default("default"),
  services: z.record(z.string(), serviceSchema),
  volumes: z.record(z.string(), volumeSchema).nullish(),
});

/** They bring settings of other files or services in, which nobody would notice the lack of. */
const UNSUPPORTED = ["include", "extends", "env_file"];

/**
 * Reads a compose file. `variables` win over those of `.env` beside it.
 * @throws DashstreamError `config_invalid`, `storage_failed`
 */
export function readComposeFile(path: string, variables: Variables = {}): ComposeFile {
  const known = withDotenv(path, variables);
  return explained(path, () => ({ path, ...contentOf(resolved(path, known), dirname(path), known) }));
}

/**
 * What a compose file says, with anchors, merge keys and variables resolved and nothing else changed.
 * @throws DashstreamError as `readComposeFile`
 */
export function readComposeDocument(path: string, variables: Variables = {}): unknown {
  return explained(path, () => resolved(path, withDotenv(path, variables)));
}

function withDotenv(path: string, variables: Variables): Variables {
  const dotenv = join(dirname(path), ".env");
  return { ...(existsSync(dotenv) ? parseDotenv(read(dotenv)) : {}), ...variables };
}

function resolved(path: string, variables: Variables): unknown {
  return interpolateAll(parse(read(path), { merge: true }), variables);
}

/** What goes wrong with a file is told with its path. */
function explained<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    if (cause instanceof DashstreamError && cause.code === "storage_failed") throw cause;
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause) : describeError(cause);
    throw new DashstreamError("config_invalid", `${path}: ${reason}`, { cause });
  }
}

function contentOf(document: unknown, dir: string, variables: Variables): Omit<ComposeFile, "path"> {
  const { name: project, services, volumes, ...rest } = fileSchema.parse(document);
  refuseUnsupported("", rest);
  const readServices = Object.entries(services).map(([name, raw]) => {
    refuseUnsupported(`services.${name}.`, raw);
    return [name, readService(name, raw, dir, variables)] as const;
  });
  const volumeNames = Object.entries(volumes ?? {}).map(([key, volume]) => [
    key,
    volume?.name ?? `${project}_${key}`,
  ]);
  return {
    services: new Map(readServices),
    volumes: Object.fromEntries(volumeNames),
    profiles: profileList(variables.COMPOSE_PROFILES ?? ""),
  };
}

function refuseUnsupported(where: string, keys: object): void {
  const found = UNSUPPORTED.find((key) => key in keys);
  if (found === undefined) return;
  throw new DashstreamError("config_invalid", `${where}${found} is not followed here`);
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new DashstreamError("storage_failed", `cannot read ${path}`, { cause });
  }
}
