// The processes that take part in more than one measurement.

import { type Child, startChild } from "./child.ts";
import type { Measured } from "./results.ts";

/** The embedded broker. */
export interface BrokerParty {
  readonly bootstrap: string;
  /** Appends so many records, or dead letters, and waits until they are there. */
  append(what: "fill" | "letters", count: number): Promise<void>;
  stop(): Promise<void>;
}

export async function startBroker(): Promise<BrokerParty> {
  const child = startChild("broker-process.ts");
  const { bootstrap } = await child.next();
  return {
    bootstrap: String(bootstrap),
    async append(what, count) {
      child.tell(`${what} ${count}`);
      await child.next();
    },
    stop: () => child.stop(),
  };
}

/** The whole appliance, with its port. */
export interface ApplianceParty {
  readonly child: Child;
  readonly port: number;
  /** Resolves once so many clients are connected. */
  connected(clients: number): Promise<void>;
}

/** @param settings environment variables beside those that all measurements share */
export async function startAppliance(
  bootstrap: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<ApplianceParty> {
  const child = startChild("appliance-process.ts", bootstrap, JSON.stringify(settings));
  const { port } = await child.next();
  return {
    child,
    port: Number(port),
    async connected(clients) {
      for (let connected = 0; connected < clients; ) {
        child.tell("clients");
        connected = Number((await child.next()).clients);
      }
    },
  };
}

/** What a bare kafkajs consumer takes to read so many records. */
export async function bareConsumer(records: number): Promise<Measured> {
  const broker = await startBroker();
  await broker.append("fill", records);
  const consumer = startChild("bare-consumer.ts", broker.bootstrap, records);
  const cost = await consumer.nextCost(records);
  await Promise.all([consumer.stop(), broker.stop()]);
  return cost;
}

/** Clients that only count bytes; ends when each has so many, or has what ends as `expected` says. */
export function startClients(
  port: number,
  clients: number,
  expected: number | string,
  { hello = "", protocol = "" } = {},
) {
  const script = `${import.meta.dir}/raw-clients.ts`;
  const options = [port, clients, expected, hello, protocol].map(String);
  return Bun.spawn([process.execPath, script, ...options]);
}
