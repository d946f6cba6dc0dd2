// Services that are gone.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../../../src/runtime/clock.ts";
import { EXPORTER, KAFKA, MONITOR, REDIS, SERVER, type Site } from "../site.ts";
import type { Situation } from "../situation.ts";

const PROMETHEUS = "dashstream-prometheus";
const PAUSE_MS = 50;

/** Starts what does not run; resolves when all is ready. */
async function startAll({ stack }: Site): Promise<void> {
  for (const { name, launch } of stack.services) {
    if (launch.readiness.kind !== "completed") await stack.start(name);
  }
  const states = async () => (await stack.status()).map(({ state }) => state);
  while ((await states()).some((state) => state === "not ready")) await systemClock.sleep(PAUSE_MS);
}

export const brokerDown: Situation = {
  name: "Kafka is down",
  summary: "the broker was killed",
  alerts: ["KafkaInfraErrorsDetected", "KafkaInfraErrorsHigh", "KafkaInfraErrorsCritical", "ServiceDown"],
  arise: (site) => site.stack.kill(KAFKA),
  end: startAll,
};

export const serverDown: Situation = {
  name: "the server is down",
  summary: "the server was killed",
  alerts: ["ServiceDown"],
  arise: (site) => site.stack.kill(SERVER),
  end: startAll,
};

export const everythingDown: Situation = {
  name: "everything is down",
  summary: "Kafka, Redis and all services were killed",
  alerts: ["ServiceDown"],
  async arise({ stack }) {
    for (const name of [SERVER, MONITOR, EXPORTER, KAFKA, REDIS]) await stack.kill(name);
  },
  end: startAll,
};

export const damagedLog: Situation = {
  name: "a damaged write-ahead log",
  summary: "Prometheus does not start, because a segment of its log is missing",
  alerts: [],
  async arise({ stack }) {
    await stack.stop(PROMETHEUS);
    writeFileSync(join(stack.pathOf(PROMETHEUS, "/prometheus"), "wal", "99999999"), "");
    await stack.launch(PROMETHEUS);
    while (stack.processOf(PROMETHEUS) !== null) await systemClock.sleep(PAUSE_MS);
  },
  async end({ stack }) {
    if (stack.processOf(PROMETHEUS) === null)
      throw new Error("Prometheus does not start in spite of the remedy");
    while ((await stack.status()).find(({ name }) => name === PROMETHEUS)?.state !== "ready") {
      await systemClock.sleep(PAUSE_MS);
    }
  },
};
