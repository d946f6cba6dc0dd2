// Options of the process itself: logging, shutdown, its name.

import { hostName } from "../../runtime/host-name.ts";
import { choice, seconds, text } from "../kind.ts";
import { option } from "../option.ts";

export const PROCESS_OPTIONS = {
  logLevel: option({
    env: ["LOG_LEVEL"],
    kind: choice("debug", "info", "warn", "error", "silent"),
    default: "info",
    // Their output is for people, who hear of trouble only.
    defaultFor: { dlq: "warn", offsets: "warn", drill: "warn" },
    help: "Log lines below this level are not written.",
    commands: [
      "serve",
      "demo",
      "sim",
      "drill",
      "quality-monitor",
      "exporter",
      "dlq",
      "offsets",
      "fault-proxy",
    ],
  }),
  logFile: option({
    env: ["LOG_FILE"],
    kind: text("a path"),
    default: null,
    help: "File that gets the log lines too; its directory is created.",
    commands: ["serve", "demo", "sim", "drill", "quality-monitor", "exporter", "dlq", "fault-proxy"],
  }),
  instanceId: option({
    env: ["INSTANCE_ID"],
    kind: text("a name of 1 to 255 characters", 255),
    default: {
      from: "kafkaGroupMode",
      described: "`websocket-server`; the host name if KAFKA_GROUP_MODE is per-replica",
      text: (mode) => (mode === "per-replica" ? hostName() : "websocket-server"),
    },
    defaultFor: {
      "quality-monitor": "quality-monitor",
      exporter: "prometheus-exporter",
      dlq: "dashstream-dlq",
      offsets: "dashstream-offsets",
    },
    help: "Name of this process towards Kafka (client id) and in its dead letters. With KAFKA_GROUP_MODE=per-replica each server needs one of its own, the same after every restart: its consumer group is named after it.",
    commands: ["serve", "demo", "quality-monitor", "exporter", "dlq", "offsets"],
  }),
  shutdownTimeoutSecs: option({
    env: ["SHUTDOWN_TIMEOUT_SECS"],
    kind: seconds(1),
    default: "30",
    help: "Time for an orderly end after SIGTERM or SIGINT.",
    commands: ["serve", "demo", "quality-monitor", "exporter", "fault-proxy"],
  }),
  demoSeconds: option({
    env: ["DEMO_SECONDS"],
    kind: seconds(0),
    default: "0",
    help: "The demo ends by itself after so long; 0 runs until it is interrupted.",
    commands: ["demo"],
  }),
};
