// The settings with which tests start a single-node broker (KRaft, one process for broker and controller).

import { join } from "node:path";

/** Within the folder of the broker. */
export const DATA_DIR = "logs";

/** What the data folder of a broker depends on. */
export const IDENTITY = { "process.roles": "broker,controller", "node.id": "1" } as const;

/** Settings that make it small, quick to start and quick to notice its own restart. */
export function serverProperties(
  dir: string,
  port: number,
  controllerPort: number,
  props: Readonly<Record<string, string>>,
): string {
  const settings: Readonly<Record<string, string>> = {
    ...IDENTITY,
    "controller.quorum.voters": `1@127.0.0.1:${controllerPort}`,
    "controller.listener.names": "CONTROLLER",
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    "advertised.listeners": `PLAINTEXT://127.0.0.1:${port}`,
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name": "PLAINTEXT",
    "log.dirs": join(dir, DATA_DIR),
    "auto.create.topics.enable": "false",
    "num.partitions": "1",
    "default.replication.factor": "1",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "2",
    "group.initial.rebalance.delay.ms": "0",
    // After kill -9 the controller holds the old registration of the broker until its session ends.
    "broker.session.timeout.ms": "2000",
    "broker.heartbeat.interval.ms": "500",
    "num.network.threads": "2",
    "num.io.threads": "4",
    "log.cleaner.dedupe.buffer.size": "2097152",
    ...props,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

/** What either release prints once it takes requests. */
export const READY_LINE = "Kafka Server started";
