import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { scenarioJsonSchema, scenarioSchemaText } from "../../../sim/scenarios/json-schema.ts";

test("the JSON schema on disk is the one that the code gives (make generate)", () => {
  const path = new URL("../../../sim/scenarios/scenario.schema.json", import.meta.url);
  expect(readFileSync(path, "utf8")).toBe(scenarioSchemaText());
});

test("the JSON schema asks for no key that has a default, and refuses unknown ones", () => {
  expect(scenarioJsonSchema()).toMatchObject({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    required: ["name", "summary", "faults", "hold", "expect"],
    additionalProperties: false,
  });
});
