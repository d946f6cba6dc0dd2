import { expect, test } from "bun:test";
import { SeenTypes } from "../../src/dlq/seen-types.ts";
import { CONNECT_HEADERS, OLD_LIBRARY_LETTER } from "./families/samples.ts";
import { dlqRecord, letterOf } from "./records.ts";

const ours = letterOf(dlqRecord({ value: JSON.stringify(OLD_LIBRARY_LETTER) }));
const connect = letterOf(dlqRecord({ value: "v", headers: CONNECT_HEADERS }));
const unknown = letterOf(dlqRecord({ value: "v" }));

function problem(types: readonly string[] | undefined, letters = [ours, connect, unknown, ours]) {
  const seen = new SeenTypes(types === undefined ? {} : { types });
  for (const letter of letters) seen.add(letter);
  return seen.problem();
}

test("types that letters have are no problem, nor is a filter without types", () => {
  expect(problem(["processing_error", "DataException"])).toBeNull();
  expect(problem(undefined)).toBeNull();
});

test("a type that no letter has is named, with those that there are", () => {
  expect(problem(["procesing_error", "DataException"])).toBe(
    'no letter that was read has --type "procesing_error"; read: processing_error, org.apache.kafka.connect.errors.DataException, (none)',
  );
  expect(problem(["a", "b"], [])).toBe('no letter that was read has --type "a", "b"; read: none at all');
});

test("no more than twenty types are listed", () => {
  const letters = Array.from({ length: 22 }, (_, i) => ({ ...ours, errorType: `type_${i}` }));
  expect(problem(["bogus"], letters.slice(0, 20))).toEndWith(", type_19");
  expect(problem(["bogus"], letters)).toEndWith(", type_19 and others");
});
