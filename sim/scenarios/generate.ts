// Writes scenario.schema.json beside this file: `bun sim/scenarios/generate.ts`.

import { writeFileSync } from "node:fs";
import { scenarioSchemaText } from "./json-schema.ts";

writeFileSync(new URL("./scenario.schema.json", import.meta.url), scenarioSchemaText());
