// Producers of another release: records have a schema version that readers do not accept.

import { z } from "zod";
import { setSchemaVersion } from "../traffic/alterations/schema-version.ts";
import { altering, asOften, chosen, MANY_DEAD_LETTERS, shareParam, spreadParam } from "./altering.ts";
import { defineFault } from "./fault.ts";

export const schemaMismatch = defineFault({
  name: "schema-mismatch",
  area: "traffic",
  summary: "Producers send records of another schema version.",
  params: z.strictObject({
    share: shareParam(0.005, "the records that have the other version"),
    spread: spreadParam,
    version: z
      .int()
      .min(0)
      .max(2 ** 31 - 1)
      .default(2)
      .describe("The schema version; 0 and 1 are what readers expect"),
  }),
  needs: ["traffic"],
  raises: ["SchemaVersionMismatch"],
  mayRaise: MANY_DEAD_LETTERS,
  scaled: asOften,
  async apply(stage, params) {
    return altering(stage, setSchemaVersion(chosen(stage, params)));
  },
});
