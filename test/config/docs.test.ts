import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { optionReference } from "../../src/config/docs.ts";
import { OPTION_ENTRIES } from "../../src/config/options.ts";

test("OPTIONS.md is what the table gives (bun src/config/generate.ts)", () => {
  const committed = readFileSync(new URL("../../src/config/OPTIONS.md", import.meta.url), "utf8");
  expect(committed).toBe(optionReference());
});

test("the reference has every variable, older name and flag", () => {
  const reference = optionReference();
  for (const [, option] of OPTION_ENTRIES) {
    for (const name of [...option.env, option.flag]) expect(reference).toContain(`\`${name}\``);
  }
});
