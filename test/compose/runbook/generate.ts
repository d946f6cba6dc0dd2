// Writes the table of all blocks: `bun test/compose/runbook/generate.ts`. Needs the printed runbook, whose commands it shows.

import { writeFileSync } from "node:fs";
import { BLOCKS_REPORT } from "../../../src/alerts/generated-files.ts";
import { ourBlocks, printedBlocks } from "./blocks.ts";
import { blocksReport } from "./report.ts";
import { SITUATIONS } from "./situations/situations.ts";
import { TABLE } from "./table/table.ts";

const printed = printedBlocks();
if (printed === null) {
  process.stderr.write(`${BLOCKS_REPORT} stays as it is: the printed runbook is not here\n`);
} else {
  const report = blocksReport(TABLE, SITUATIONS, [...ourBlocks(), ...printed]);
  writeFileSync(new URL(`../../../${BLOCKS_REPORT}`, import.meta.url), report);
}
