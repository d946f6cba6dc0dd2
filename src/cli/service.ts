// Commands that are services: from their configuration until a signal ends them in order.

import type { Command } from "commander";
import type { Command as CommandName } from "../config/option.ts";
import { aborted } from "../runtime/abort.ts";
import type { ApplianceOptions } from "../server/appliance.ts";
import type { Component } from "../telemetry/definition.ts";
import { createLog } from "../telemetry/json-log.ts";
import { type CommandDefinition, type CommandFactory, defineCommand } from "./command.ts";
import type { CliContext, ExitCode } from "./context.ts";
import { endWithin } from "./ending.ts";
import { addOptionFlags, loadCommandConfig } from "./option-flags.ts";

/** What runs until it is asked to stop. */
export interface Service {
  /** @throws DashstreamError if it cannot begin */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Reads its files again, when the system asks for that. Absent if it has none; the request is logged then. */
  reload?(): void;
}

/** A command that is a service. */
export interface ServiceDefinition extends Pick<CommandDefinition, "description" | "examples"> {
  readonly name: CommandName;
  /** What it is called in its log lines. */
  readonly component: Component;
  /** Sentences that its `--help` has besides what is the same for all. */
  readonly notes?: string;
  /** Makes the service; loads its code only when it is called, so that the other commands start without it. */
  readonly make: (options: ApplianceOptions, context: CliContext) => Promise<Service>;
}

const LIFE =
  "Runs until SIGTERM or SIGINT, then ends in order within SHUTDOWN_TIMEOUT_SECS; a second signal ends it at once. SIGHUP never ends it. Log lines are JSON on standard output.";

/** Makes a command that runs a service until it is interrupted. */
export function defineService(definition: ServiceDefinition): CommandFactory {
  const { name, description, notes, examples } = definition;
  return defineCommand({
    name,
    description: [description, "", [notes ?? [], LIFE].flat().join(" ")].join("\n"),
    exitCodes: { 0: "ended in order" },
    examples,
    configure: (command) => addOptionFlags(command, name),
    action: (context, command) => runService(context, command, definition),
  });
}

async function runService(
  context: CliContext,
  command: Command,
  { name, component, make }: ServiceDefinition,
): Promise<ExitCode> {
  const { clock, random, network, serve, build, interrupted } = context;
  const { config } = loadCommandConfig(context, command, name);
  const log = createLog({ level: config.logLevel, component, clock, file: config.logFile });
  const service = await make({ config, clock, random, network, log, serve, build }, context);
  // Always listened to, from before the start until after the end: nobody expects this signal to kill a daemon.
  const stopListening = context.onReloadRequest(() =>
    service.reload
      ? service.reload()
      : log.info(`nothing to reload: ${name} has no file that it reads again`),
  );
  await service.start();
  await aborted(interrupted);
  log.info("shutting down");
  await endWithin(config.shutdownTimeoutSecs, clock, () => service.stop());
  stopListening();
  log.info("ended in order");
  log.close();
  return 0;
}
