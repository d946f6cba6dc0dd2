// The life of a service started from the command line: from its configuration until a signal ends it in order.

import type { Command } from "commander";
import type { Command as CommandName } from "../config/option.ts";
import { aborted } from "../runtime/abort.ts";
import type { ApplianceOptions } from "../server/appliance.ts";
import type { Component } from "../telemetry/definition.ts";
import { createLog } from "../telemetry/json-log.ts";
import type { CliContext, ExitCode } from "./context.ts";
import { endWithin } from "./ending.ts";
import { loadCommandConfig } from "./option-flags.ts";

/** What `--help` of every service says about its life. */
export const SERVICE_LIFE =
  "Runs until SIGTERM or SIGINT, then ends in order within SHUTDOWN_TIMEOUT_SECS; a second signal ends it at once. Log lines are JSON on standard output. Exit codes: 0 ended in order, 1 failed, 2 wrong configuration.";

export interface Service {
  /** @throws DashstreamError if it cannot begin */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Reads its files again, when the system asks for that. Absent if it has none. */
  reload?(): void;
}

/** Makes a service; loads its code only when it is called, so that the other commands start without it. */
export type MakeService = (options: ApplianceOptions) => Promise<Service>;

/** Runs a service until it is interrupted. */
export async function runService(
  context: CliContext,
  command: Command,
  name: CommandName,
  component: Component,
  make: MakeService,
): Promise<ExitCode> {
  const { clock, random, network, serve, build, interrupted } = context;
  const { config } = loadCommandConfig(context, command, name);
  const log = createLog({ level: config.logLevel, component, clock, file: config.logFile });
  const service = await make({ config, clock, random, network, log, serve, build });
  const stopListening = service.reload ? context.onReloadRequest(() => service.reload?.()) : null;
  await service.start();
  await aborted(interrupted);
  stopListening?.();
  log.info("shutting down");
  await endWithin(config.shutdownTimeoutSecs, clock, () => service.stop());
  log.info("ended in order");
  log.close();
  return 0;
}
