// The JSON schema of scenario files, made from the one that checks them, so that editors complete and check what users
// write: `# yaml-language-server: $schema=scenario.schema.json`.

import { z } from "zod";
import { scenarioSchema } from "./scenario.ts";

export function scenarioJsonSchema(): Readonly<Record<string, unknown>> {
  return {
    title: "Scenario of dashstream verify",
    // What may be left out is not required; that is the shape as written.
    ...z.toJSONSchema(scenarioSchema, { io: "input" }),
  };
}

/** The schema as a file: what lies beside this one, and what a user gets to keep beside scenarios. */
export function scenarioSchemaText(): string {
  return `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`;
}
