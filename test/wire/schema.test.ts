import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { generate } from "../../proto/generate.ts";
import { canonicalJson, stateHash } from "../../src/wire/state-hash.ts";

test("what is generated from the .proto file is what is committed", () => {
  for (const [path, text] of generate()) expect(readFileSync(path, "utf8")).toBe(text);
});

test("the state hash is the one that existing producers and browsers compute", () => {
  const state = { b: 2, a: 1, nested: { z: "x", y: [true, null] } };
  expect(canonicalJson(state)).toBe('{"a":1,"b":2,"nested":{"y":[true,null],"z":"x"}}');
  expect(stateHash(state).toString("hex")).toBe(
    "f35279c8aa6b00bc82d43a191596cc3b41b7de7899ee16e36a08efe3afc45103",
  );
});
