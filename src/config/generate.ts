// Writes OPTIONS.md beside this file: `bun src/config/generate.ts`.

import { writeFileSync } from "node:fs";
import { optionReference } from "./docs.ts";

writeFileSync(new URL("./OPTIONS.md", import.meta.url), optionReference());
