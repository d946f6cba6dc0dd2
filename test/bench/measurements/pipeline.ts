// The whole pipeline with no client and with some, beside a bare kafkajs consumer that does nothing with what it reads.

import { replayCompleteLatest } from "../../../src/server/sessions/server-frames.ts";
import { frameBytes } from "../frame-bytes.ts";
import { bareConsumer, startAppliance, startBroker, startClients } from "../parties.ts";
import { VALUE_BYTES } from "../records.ts";
import type { Baseline, Measured, Results } from "../results.ts";

/** So that live delivery starts at once. */
const RESUME = '{"type":"resume","from":"latest","lastOffsetsByPartition":{}}';

export async function pipeline(results: Results, records: number): Promise<void> {
  const bare = await bareConsumer(records);
  results.row({ name: "bare kafkajs eachBatch", ...bare });
  const baseline: Baseline = { by: "cpu", cost: bare };
  for (const { clients, count, goal } of [
    { clients: 0, count: records, goal: "5" },
    { clients: 1, count: records, goal: "7" },
    { clients: 10, count: records, goal: "17" },
    { clients: 100, count: Math.floor(records / 10), goal: "" },
  ]) {
    const { cost, peakBytes } = await appliance(clients, count);
    results.row({ name: `appliance, ${clients} clients`, ...cost, baseline, goal });
    results.note(`peak resident memory with ${clients} clients: ${Math.round(peakBytes / 1e6)} MB`);
  }
}

async function appliance(
  clients: number,
  records: number,
): Promise<{ readonly cost: Measured; readonly peakBytes: number }> {
  const broker = await startBroker();
  const { child, port, connected } = await startAppliance(broker.bootstrap);
  // The answer to `resume` is sent before the records.
  const bytes = 2 + replayCompleteLatest(new Map()).length + frameBytes(0, records, VALUE_BYTES);
  const receivers = clients > 0 ? startClients(port, clients, bytes, { hello: RESUME }) : null;
  await connected(clients);
  child.tell(`measure ${records} ${clients}`);
  await child.next();
  await broker.append("fill", records);
  const { seconds, cpuSeconds, dropped, peakBytes } = await child.next();
  if (Number(dropped) > 0) throw new Error(`${dropped} records were dropped with ${clients} clients`);
  await receivers?.exited;
  await Promise.all([child.stop(), broker.stop()]);
  const cost = { units: records, seconds: Number(seconds), cpuSeconds: Number(cpuSeconds) };
  return { cost, peakBytes: Number(peakBytes) };
}
