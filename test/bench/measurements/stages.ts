// Each stage of the pipeline by itself.

import { startChild } from "../child.ts";
import type { Results } from "../results.ts";

const STAGES = 4;

export async function stages(results: Results): Promise<void> {
  const child = startChild("stage-costs.ts");
  const texts: string[] = [];
  for (let i = 0; i < STAGES; i++) {
    const { stage, cpuSeconds } = await child.next();
    texts.push(`${stage} ${Number(cpuSeconds).toFixed(2)}`);
  }
  results.note(`each stage by itself, CPU s per million records: ${texts.join(", ")}`);
}
