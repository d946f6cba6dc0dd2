// The appliance in this process, on a free port, against any Kafka.

import { readFileSync } from "node:fs";
import { loadConfig } from "../../src/config/load.ts";
import { buildInfo } from "../../src/runtime/build-info.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { systemNetwork } from "../../src/runtime/network.ts";
import { systemRandom } from "../../src/runtime/random.ts";
import { serveHttp } from "../../src/runtime/serve.ts";
import { Appliance } from "../../src/server/appliance.ts";
import { type Log, silentLog } from "../../src/telemetry/log.ts";

export interface RunningAppliance {
  readonly appliance: Appliance;
  readonly url: string;
  readonly wsUrl: string;
  stop(): Promise<void>;
}

export interface ApplianceSetup {
  readonly brokers: string;
  readonly topic: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly log?: Log;
}

/** Starts it; resolves when the port is open, Kafka may come later. */
export async function startAppliance({
  brokers,
  topic,
  env,
  log,
}: ApplianceSetup): Promise<RunningAppliance> {
  const { config } = loadConfig({
    env: { KAFKA_BROKERS: brokers, KAFKA_TOPIC: topic, WEBSOCKET_PORT: "0", ...env },
    flags: {},
    readFile: (path) => readFileSync(path, "utf8"),
  });
  const appliance = new Appliance({
    config,
    clock: systemClock,
    random: systemRandom,
    network: systemNetwork,
    log: log ?? silentLog,
    serve: serveHttp,
    build: buildInfo,
  });
  await appliance.start();
  const host = `127.0.0.1:${appliance.address.port}`;
  return { appliance, url: `http://${host}`, wsUrl: `ws://${host}/ws`, stop: () => appliance.stop() };
}
