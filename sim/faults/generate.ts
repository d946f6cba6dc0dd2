// Renews the made parts of the pages beside this file, and begins those that are not there: `bun sim/faults/generate.ts`.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { FAULTS } from "./faults.ts";
import { faultIndex, faultPage } from "./pages.ts";

function renew(name: string, change: (page: string | null) => string): void {
  const file = new URL(`./${name}.md`, import.meta.url);
  writeFileSync(file, change(existsSync(file) ? readFileSync(file, "utf8") : null));
}

for (const fault of FAULTS.values()) renew(fault.name, (page) => faultPage(fault, page));
renew("README", (page) => faultIndex(FAULTS.values(), page ?? ""));
