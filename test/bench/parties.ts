// The processes that take part in more than one measurement.

import { type Child, startChild } from "./child.ts";

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

export async function startAppliance(
  bootstrap: string,
  ...redisUrl: readonly string[]
): Promise<ApplianceParty> {
  const child = startChild("appliance-process.ts", bootstrap, ...redisUrl);
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

/** Clients that only count bytes; ends when each has `bytes`. */
export function startClients(port: number, clients: number, bytes: number, hello = "") {
  const script = `${import.meta.dir}/raw-clients.ts`;
  return Bun.spawn([process.execPath, script, String(port), String(clients), String(bytes), hello]);
}
