// The fan-out to 100 clients, beside a bare loop over Bun's sockets that keeps no promise.

import { startChild } from "../child.ts";
import { frameBytes } from "../frame-bytes.ts";
import { startClients } from "../parties.ts";
import { VALUE_BYTES } from "../records.ts";
import { type Measured, type Results, rate } from "../results.ts";

const CLIENTS = 100;

export async function fanOut(results: Results, records: number): Promise<void> {
  const count = Math.max(1000, Math.floor(records / 25 / 100) * 100);
  // In turn, twice, so that a drift of the machine's speed meets both.
  const runs: { readonly mode: Mode; readonly cost: Measured }[] = [];
  for (const mode of ["bare", "hub", "bare", "hub"] as const)
    runs.push({ mode, cost: await run(mode, count) });
  const best = (mode: Mode) =>
    runs
      .filter((one) => one.mode === mode)
      .map(({ cost }) => cost)
      .reduce((a, b) => (rate(b) > rate(a) ? b : a));
  const bare = best("bare");
  results.row({ name: `bare Bun fan-out, ${CLIENTS} clients (deliveries)`, ...bare });
  results.row({
    name: `fan-out, ${CLIENTS} clients (deliveries)`,
    ...best("hub"),
    baseline: { by: "rate", cost: bare },
    goal: "0.7",
  });
}

type Mode = "hub" | "bare";

async function run(mode: Mode, records: number): Promise<Measured> {
  const server = startChild("fan-out-server.ts", mode, CLIENTS, records, VALUE_BYTES);
  const { port } = await server.next();
  const receivers = startClients(Number(port), CLIENTS, frameBytes(0, records, VALUE_BYTES));
  const cost = await server.nextCost(CLIENTS * records);
  await receivers.exited;
  return cost;
}
