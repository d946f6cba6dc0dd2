// Producers were upgraded before the server.

import { defineScenario } from "../scenario.ts";

export const schemaMismatch = defineScenario({
  name: "schema-mismatch",
  summary: "One record in twenty has a schema version that the server does not know.",
  faults: [{ fault: "schema-mismatch", params: { share: 0.05 } }],
  hold: "7m",
  expect: [{ alert: "SchemaVersionMismatch" }],
});
