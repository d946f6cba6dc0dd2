// The services as containers of the compose stack, handled with the `docker` that is on PATH.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { DashstreamError } from "../../src/errors.ts";
import type { ComponentName } from "../faults/stage.ts";
import type { Environment, ServicesControl } from "./services.ts";

/** Runs a program; resolves with what it printed. @throws if it fails */
export type RunProgram = (program: string, args: readonly string[]) => Promise<string>;

export interface DockerServicesOptions {
  readonly run: RunProgram;
  /** The compose file of the stack. */
  readonly composeFile: string;
  /** Those that it was started with; none = `.env`. A service that is made anew must find the same in them. */
  readonly envFiles: readonly string[];
}

/** A service has the name of its container. */
const CONTAINERS: Readonly<Record<ComponentName, string>> = {
  "websocket-server": "dashstream-websocket-server",
  "quality-monitor": "dashstream-quality-monitor",
  exporter: "dashstream-prometheus-exporter",
};

/**
 * Asks docker once for the services of the stack.
 * @throws DashstreamError `server_unreachable` naming the flag, with what docker said
 */
export async function requireDocker({ run, composeFile, envFiles }: DockerServicesOptions): Promise<void> {
  const args = ["compose", ...envFileArgs(envFiles), "-f", composeFile, "ps"];
  try {
    await run("docker", args);
  } catch (cause) {
    // It has the command line, and what docker said.
    throw new DashstreamError("server_unreachable", '--services is "docker", expected one that answers', {
      cause,
    });
  }
}

/** All methods throw DashstreamError `storage_failed` with what docker said. */
export function dockerServices({ run, composeFile, envFiles }: DockerServicesOptions): ServicesControl {
  const docker = async (...args: readonly string[]) => {
    try {
      await run("docker", args);
    } catch (cause) {
      throw new DashstreamError("storage_failed", `docker ${args.join(" ")} failed`, { cause });
    }
  };
  return {
    kill: (name) => docker("kill", CONTAINERS[name]),
    stop: (name) => docker("stop", CONTAINERS[name]),
    start: (name) => docker("start", CONTAINERS[name]),
    async configure(name, env) {
      const service = CONTAINERS[name];
      await withOverride(service, env, (files) =>
        docker(
          "compose",
          ...envFileArgs(envFiles),
          "-f",
          composeFile,
          ...files,
          "up",
          "--detach",
          "--no-deps",
          "--wait",
          service,
        ),
      );
    },
  };
}

function envFileArgs(envFiles: readonly string[]): readonly string[] {
  return envFiles.flatMap((file) => ["--env-file", file]);
}

/** Compose takes settings from files only; one that is laid over the others lives as long as the call. */
async function withOverride(
  service: string,
  env: Environment,
  call: (files: readonly string[]) => Promise<void>,
): Promise<void> {
  if (Object.keys(env).length === 0) return call([]);
  const directory = mkdtempSync(join(tmpdir(), "dashstream-drill-"));
  try {
    const file = join(directory, "override.yml");
    writeFileSync(file, stringify({ services: { [service]: { environment: env } } }));
    await call(["-f", file]);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
