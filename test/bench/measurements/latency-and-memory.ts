// How long a record takes from producer to client when there is time, and what a server and its clients hold.

import { startChild } from "../child.ts";
import { startAppliance, startBroker, startClients } from "../parties.ts";
import type { Results } from "../results.ts";

const CROWD = 1_000;
const RATE = 1_000;
const SECONDS = 10;

export async function latencyAndMemory(results: Results): Promise<void> {
  const broker = await startBroker();
  const { child, port, connected } = await startAppliance(broker.bootstrap);
  const memory = async () => {
    child.tell("memory");
    return Number((await child.next()).bytes);
  };
  const idleBytes = await memory();
  const crowd = startClients(port, CROWD, 1);
  await connected(CROWD);
  const crowdedBytes = await memory();
  crowd.kill();
  const latency = startChild("latency-process.ts", broker.bootstrap, port, RATE, SECONDS);
  const { p50Ms, p99Ms } = await latency.next();
  await Promise.all([latency.stop(), child.stop(), broker.stop()]);
  results.note(
    `latency producer to client at 1,000 records/s: p50 ${Number(p50Ms).toFixed(1)} ms, p99 ${Number(p99Ms).toFixed(1)} ms (goal p99 below 20)`,
  );
  results.note(
    `resident memory idle: ${Math.round(idleBytes / 1e6)} MB (goal below 120); per idle client: ${((crowdedBytes - idleBytes) / CROWD / 1e3).toFixed(1)} kB`,
  );
}
