// The components of the product as the scenarios run them, each with the configuration that it would have in
// production.

import { JOBS } from "../../../src/alerts/site.ts";
import { loadConfig } from "../../../src/config/load.ts";
import type { Command } from "../../../src/config/option.ts";
import { Exporter } from "../../../src/quality/exporter.ts";
import { QualityMonitor } from "../../../src/quality/quality-monitor.ts";
import type { BuildInfo } from "../../../src/runtime/build-info.ts";
import { Appliance, type ApplianceOptions } from "../../../src/server/appliance.ts";
import type { Log } from "../../../src/telemetry/log.ts";
import type { ComponentName } from "../../faults/stage.ts";
import type { VirtualWorld } from "../virtual-world.ts";
import { Component, type ComponentService } from "./component.ts";

interface ComponentKind {
  readonly name: ComponentName;
  /** Prometheus' job, as the rules know it. */
  readonly job: string;
  readonly command: Command;
  readonly port: number;
  /** Variable that holds the port. */
  readonly portVariable: string;
  readonly create: (options: ApplianceOptions) => ComponentService;
}

export const COMPONENT_KINDS: readonly ComponentKind[] = [
  {
    name: "websocket-server",
    job: JOBS["websocket-server"],
    command: "serve",
    port: 3002,
    portVariable: "WEBSOCKET_PORT",
    create: (options) => new Appliance(options),
  },
  {
    name: "exporter",
    job: JOBS["prometheus-exporter"],
    command: "exporter",
    port: 9190,
    portVariable: "METRICS_PORT",
    create: (options) => new Exporter(options),
  },
  {
    name: "quality-monitor",
    job: JOBS["quality-monitor"],
    command: "quality-monitor",
    port: 3003,
    portVariable: "HEALTH_PORT",
    create: (options) => new QualityMonitor(options),
  },
];

/** Reports must not depend on where they were made. */
const BUILD: BuildInfo = { version: "0.0.0", gitSha: "unknown", buildDate: "unknown", runtime: "virtual" };
/** Nothing is pinned, whatever lies in the working directory. */
const NO_FILE = "/nonexistent/expected-schemas.json";

export interface ComponentsOptions {
  readonly world: VirtualWorld;
  readonly log: Log;
  readonly env: Readonly<Record<string, string>>;
  /** Of one component only, over those of `env`. */
  readonly envOf: Readonly<Record<ComponentName, Readonly<Record<string, string>>>>;
}

/**
 * All of them, down until they are started.
 * @throws DashstreamError `config_invalid` if `env` has a wrong value for one of them
 */
export function createComponents({ world, log, env, envOf }: ComponentsOptions): readonly Component[] {
  const { clock, random, network, http } = world;
  return COMPONENT_KINDS.map(({ name, command, port, portVariable, create }) => {
    const { config } = loadConfig({
      env: { EXPECTED_SCHEMAS_PATH: NO_FILE, ...env, ...envOf[name], [portVariable]: String(port) },
      flags: {},
      command,
      readFile: () => "",
    });
    return new Component({
      name,
      port,
      network,
      serve: http.serve,
      make: (seams) => create({ config, clock, random, log, build: BUILD, ...seams }),
    });
  });
}
