// The fan-out of both protocols to one, a hundred and a thousand clients, each beside a bare loop over Bun's sockets that
// sends the same frames and keeps no promise.

import { startChild } from "../child.ts";
import { frameBytes, lastBytesOfFrame } from "../frame-bytes.ts";
import { startClients } from "../parties.ts";
import { VALUE_BYTES } from "../records.ts";
import { type Measured, type Results, rate } from "../results.ts";

type Protocol = "original" | "dashstream.v2";
type Mode = "hub" | "bare";

/** Records for a hundred clients are a 25th of what the pipeline is measured with. */
const SIZES = [
  { clients: 1, part: 1, goal: "" },
  { clients: 100, part: 25, goal: "0.7" },
  { clients: 1_000, part: 250, goal: "" },
] as const;

export async function fanOut(results: Results, records: number): Promise<void> {
  for (const { clients, part, goal } of SIZES) {
    const count = Math.max(1000, Math.floor(records / part / 100) * 100);
    for (const protocol of ["original", "dashstream.v2"] as const) {
      const { bare, hub } = await compare(protocol, clients, count);
      const what = `${clients} ${clients === 1 ? "client" : "clients"}, ${protocol} (deliveries)`;
      results.row({ name: `bare Bun fan-out, ${what}`, ...bare });
      results.row({ name: `fan-out, ${what}`, ...hub, baseline: { by: "rate", cost: bare }, goal });
    }
  }
}

/** In turn, twice, so that a drift of the machine's speed meets both; the better one of each counts. */
async function compare(
  protocol: Protocol,
  clients: number,
  records: number,
): Promise<Readonly<Record<Mode, Measured>>> {
  const best: Partial<Record<Mode, Measured>> = {};
  for (const mode of ["bare", "hub", "bare", "hub"] as const) {
    const cost = await run(mode, protocol, clients, records);
    const before = best[mode];
    if (before === undefined || rate(cost) > rate(before)) best[mode] = cost;
  }
  const { bare, hub } = best;
  if (bare === undefined || hub === undefined) throw new Error("unreachable: both were run");
  return { bare, hub };
}

async function run(mode: Mode, protocol: Protocol, clients: number, records: number): Promise<Measured> {
  const server = startChild("fan-out-server.ts", mode, protocol, clients, records, VALUE_BYTES);
  const { port } = await server.next();
  const receivers =
    protocol === "original"
      ? startClients(Number(port), clients, frameBytes(0, records, VALUE_BYTES))
      : startClients(Number(port), clients, `tail:${lastBytesOfFrame(records - 1)}`, { protocol });
  const cost = await server.nextCost(clients * records);
  await receivers.exited;
  return cost;
}
