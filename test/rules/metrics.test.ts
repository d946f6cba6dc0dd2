// Nothing in the catalogue is a promise without a source: each series is driven by code outside the telemetry folder.

import { expect, test } from "bun:test";
import { CATALOGUE } from "../../src/telemetry/catalogue.ts";
import { sourceFiles } from "./source-tree.ts";

test("every series of the catalogue is driven somewhere", () => {
  const code = sourceFiles("src")
    .filter(({ path }) => !path.startsWith("src/telemetry/"))
    .map(({ text }) => text)
    .join("\n");
  const driven = (name: string) => code.includes(`"${name}"`) || code.includes(`${name}:`);
  const idle = CATALOGUE.filter(
    (definition) => !("requires" in definition && definition.requires) && !driven(definition.name),
  );
  expect(idle.map(({ name }) => name)).toEqual([]);
});
