// `dashstream serve`: the server, from Kafka to WebSocket clients, until a signal ends it.

import type { Command } from "commander";
import { createLog } from "../telemetry/json-log.ts";
import { defineCommand } from "./command.ts";
import type { CliContext, ExitCode } from "./context.ts";
import { aborted, endWithin } from "./ending.ts";
import { addOptionFlags, loadCommandConfig } from "./option-flags.ts";

export const serveCommand = defineCommand({
  name: "serve",
  description: [
    "Read Kafka and serve WebSocket clients.",
    "",
    "Runs until SIGTERM or SIGINT, then ends in order within SHUTDOWN_TIMEOUT_SECS; a second signal ends it at once. Log lines are JSON on standard output. Exit codes: 0 ended in order, 1 failed, 2 wrong configuration.",
  ].join("\n"),
  examples: [
    ["serve", "reads 127.0.0.1:9092, serves 127.0.0.1:3002"],
    ["serve --kafka-brokers kafka-1:9092,kafka-2:9092", "another cluster"],
    ["serve --websocket-port 8080 --log-level debug", "another port, and all that it does"],
  ],
  configure: (command) => addOptionFlags(command, "serve"),
  action: serve,
});

async function serve(context: CliContext, command: Command): Promise<ExitCode> {
  const { clock, random, network, build, interrupted } = context;
  const { config } = loadCommandConfig(context, command, "serve");
  const log = createLog({
    level: config.logLevel,
    component: "websocket-server",
    clock,
    file: config.logFile,
  });
  // Only now, so that the other commands start without it.
  const { Appliance } = await import("../server/appliance.ts");
  const appliance = new Appliance({ config, clock, random, network, log, serve: context.serve, build });
  await appliance.start();
  await aborted(interrupted);
  log.info("shutting down");
  await endWithin(config.shutdownTimeoutSecs, clock, () => appliance.stop());
  log.info("ended in order");
  log.close();
  return 0;
}
