// Redriving dead letters, beside a bare kafkajs loop that copies them.

import { startChild } from "../child.ts";
import { startBroker } from "../parties.ts";
import type { Results } from "../results.ts";

/** The ratio is that of the rates, because most of the time both wait: for Kafka, and redriving for the disk too. */
export async function redrive(results: Results, records: number): Promise<void> {
  const letters = Math.max(1_000, Math.floor(records / 10));
  const broker = await startBroker();
  await broker.append("letters", letters);
  const copy = startChild("bare-copy.ts", broker.bootstrap, letters);
  const bare = await copy.nextCost(letters);
  await copy.stop();
  const child = startChild("redrive-process.ts", broker.bootstrap, letters);
  const cost = await child.nextCost(letters);
  await Promise.all([child.stop(), broker.stop()]);
  results.row({ name: "bare kafkajs copy of dead letters, 100 at a time", ...bare });
  results.row({
    name: "redrive of dead letters, 100 at a time",
    ...cost,
    baseline: { by: "rate", cost: bare },
  });
}
