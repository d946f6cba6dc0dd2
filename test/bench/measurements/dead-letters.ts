// Writing dead letters, beside a bare kafkajs producer that sends as many records of the same size in batches.

import { startChild } from "../child.ts";
import { startBroker } from "../parties.ts";
import type { Results } from "../results.ts";

export async function deadLetters(results: Results, records: number): Promise<void> {
  const letters = Math.max(1_000, Math.floor(records / 10));
  const broker = await startBroker();
  const child = startChild("dead-letter-costs.ts", broker.bootstrap, letters);
  const bare = await child.nextCost(letters);
  const handler = await child.nextCost(letters);
  await Promise.all([child.stop(), broker.stop()]);
  results.row({ name: "bare kafkajs producer of dead letters, 100 at a time", ...bare });
  results.row({ name: "dead letters", ...handler, baseline: { by: "cpu", cost: bare } });
}
