// Many clients that come back at the same moment with cursors from before what memory holds, while others are live. The
// clients check that they get every record exactly once and in order.

import { startChild } from "../child.ts";
import { startAppliance, startBroker } from "../parties.ts";
import type { Results } from "../results.ts";
import type { ReplayProtocol } from "../verified-stream.ts";

interface Stampede {
  readonly protocol: ReplayProtocol;
  readonly clients: number;
  /** Records that the farthest of them is behind, and by how much less the nearest is. */
  readonly behind: number;
  readonly spread: number;
}

const LIVE_CLIENTS = 10;
const LIVE_RATE = 500;
/** So that nobody is served from memory. */
const MEMORY_RECORDS = 1_000;
const QUIET_MS = 5_000;

export async function stampede(results: Results, records: number): Promise<void> {
  const far = Math.floor(Math.min(500_000, records / 2));
  const crowd = { clients: 1_000, behind: 5_500, spread: 1_000 };
  const few = { clients: 20, behind: far, spread: Math.floor(far / 10) };
  for (const protocol of ["original", "dashstream.v2"] as const) {
    for (const order of [crowd, few]) await run(results, { protocol, ...order });
  }
}

async function run(results: Results, order: Stampede): Promise<void> {
  const { protocol, clients, behind, spread } = order;
  const broker = await startBroker();
  const { child, port } = await startAppliance(broker.bootstrap, {
    REPLAY_BUFFER_MEMORY_SIZE: String(MEMORY_RECORDS),
  });
  const filled = behind + MEMORY_RECORDS;
  child.tell(`measure ${filled} 0`);
  await child.next();
  await broker.append("fill", filled);
  await child.next();
  const live = startChild("live-latency.ts", broker.bootstrap, port, LIVE_RATE, LIVE_CLIENTS);
  await live.next();
  const latency = async () => {
    live.tell("quantiles");
    const { p50Ms, p99Ms } = await live.next();
    return `p50 ${Number(p50Ms).toFixed(0)} ms, p99 ${Number(p99Ms).toFixed(0)} ms`;
  };
  const returning = startChild("replay-clients.ts", port, protocol, clients, behind, spread, filled);
  await Bun.sleep(QUIET_MS);
  await latency();
  await Bun.sleep(QUIET_MS);
  const before = await latency();
  child.tell("begin");
  const { bytes } = await child.next();
  returning.tell("go");
  const { firstSeconds, middleSeconds, seconds } = await returning.next();
  const during = await latency();
  child.tell("figures");
  const { cpuSeconds, peakBytes, kafkaReads, longestTurnMs } = await child.next();
  await Promise.all([returning.stop(), live.stop(), child.stop(), broker.stop()]);
  const units = clients * behind - Math.floor((spread * (clients - 1)) / 2);
  const name = `${clients} clients at once, up to ${behind} records behind, ${protocol}`;
  results.row({ name, units, seconds: Number(seconds), cpuSeconds: Number(cpuSeconds) });
  const text = (value: unknown) => Number(value).toFixed(1);
  results.note(
    `${name}: first done after ${text(firstSeconds)} s, middle ${text(middleSeconds)} s, last ${text(seconds)} s; ` +
      `${kafkaReads} page reads of Kafka; resident memory ${megabytes(bytes)} before, ${megabytes(peakBytes)} at most; ` +
      `latency of ${LIVE_CLIENTS} live clients ${before} before, ${during} meanwhile; ` +
      `longest turn of the server ${Number(longestTurnMs).toFixed(0)} ms of its CPU time`,
  );
}

function megabytes(bytes: unknown): string {
  return `${Math.round(Number(bytes) / 1e6)} MB`;
}
