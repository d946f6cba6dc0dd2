// Producers were upgraded before the server.

import { defineScenario } from "../scenario.ts";

export const schemaMismatch = defineScenario({
  name: "schema-mismatch",
  summary: "One record in two hundred has a schema version that the server does not know.",
  faults: [{ fault: "schema-mismatch", params: { share: 0.005 } }],
  hold: "7m",
  expect: [{ alert: "SchemaVersionMismatch" }],
});
