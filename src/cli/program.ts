// The commands of dashstream, one line each.

import { alertmanagerCommand } from "./alertmanager.ts";
import { brokerCommand } from "./broker.ts";
import type { CommandFactory } from "./command.ts";
import { configCommand } from "./config.ts";
import { demoCommand } from "./demo.ts";
import { dlqCommand } from "./dlq.ts";
import { drillCommand } from "./drill.ts";
import { exporterCommand } from "./exporter.ts";
import { faultProxyCommand } from "./fault-proxy.ts";
import { healthcheckCommand } from "./healthcheck.ts";
import { offsetsCommand } from "./offsets.ts";
import { promqlCommand } from "./promql.ts";
import { qualityMonitorCommand } from "./quality-monitor.ts";
import { rulesCommand } from "./rules.ts";
import { runbookCommand } from "./runbook.ts";
import { serveCommand } from "./serve.ts";
import { simCommand } from "./sim.ts";
import { tailCommand } from "./tail.ts";
import { threadsCommand } from "./threads.ts";
import { verifyCommand } from "./verify.ts";
import { verifyWorkerCommand } from "./verify-worker.ts";
import { versionCommand } from "./version.ts";

/** In the order in which `--help` lists them. */
export const COMMANDS: readonly CommandFactory[] = [
  demoCommand,
  serveCommand,
  exporterCommand,
  qualityMonitorCommand,
  tailCommand,
  threadsCommand,
  offsetsCommand,
  dlqCommand,
  rulesCommand,
  runbookCommand,
  alertmanagerCommand,
  promqlCommand,
  simCommand,
  verifyCommand,
  drillCommand,
  brokerCommand,
  faultProxyCommand,
  configCommand,
  healthcheckCommand,
  versionCommand,
  verifyWorkerCommand,
];
