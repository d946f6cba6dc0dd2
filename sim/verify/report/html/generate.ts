// Writes page-script.generated.js beside this file: `bun sim/verify/report/html/generate.ts`.

import { writeFileSync } from "node:fs";
import { buildPageScript, PAGE_SCRIPT } from "./page-script.ts";

writeFileSync(PAGE_SCRIPT, await buildPageScript());
