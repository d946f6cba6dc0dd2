import { describe, expect, test } from "bun:test";
import { type FilterTexts, matches, parseFilter } from "../../src/dlq/filter.ts";
import { DashstreamError } from "../../src/errors.ts";
import { CONNECT_HEADERS, OLD_LIBRARY_LETTER } from "./families/samples.ts";
import { dlqRecord, letterOf, T0 } from "./records.ts";

const ours = letterOf(dlqRecord({ value: JSON.stringify(OLD_LIBRARY_LETTER), partition: 1, offset: 10 }));
const connect = letterOf(dlqRecord({ value: "v", headers: CONNECT_HEADERS, partition: 2, offset: 20 }));
const means = (texts: FilterTexts, letter = ours) => matches(parseFilter(texts, T0 + 3_600_000), letter);

describe("a filter", () => {
  test("that says nothing means every letter", () => {
    expect([means({}), means({}, connect)]).toEqual([true, true]);
  });

  test.each<[string, FilterTexts, boolean]>([
    ["the type", { type: ["processing_error"] }, true],
    ["one of several types", { type: ["other", "processing_error"] }, true],
    ["another type", { type: ["processing"] }, false],
    ["the tenant", { tenant: ["acme"] }, true],
    ["another tenant", { tenant: ["acm"] }, false],
    ["the thread", { thread: ["thread-1"] }, true],
    ["another thread", { thread: ["thread-2"] }, false],
    ["the family", { family: ["dashstream"] }, true],
    ["another family", { family: ["connect", "spring"] }, false],
    ["the partition", { partition: ["1"] }, true],
    ["another partition", { partition: ["0", "2"] }, false],
    ["the offset", { offset: "10" }, true],
    ["the first offset of a range", { offset: "10..20" }, true],
    ["the last offset of a range", { offset: "..10" }, true],
    ["an offset behind", { offset: "11.." }, false],
    ["an offset before", { offset: "..9" }, false],
    ["its very time as the first", { since: "2026-01-01T00:00:00Z" }, true],
    ["a later time as the first", { since: "2026-01-01T00:00:00.001Z" }, false],
    ["its very time as the end", { until: "2026-01-01" }, false],
    ["a later time as the end", { until: "2026-01-01T00:00:01Z" }, true],
    ["an age that it has", { since: "1h" }, true],
    ["an age that it is above", { since: "59m59s" }, false],
    ["two conditions of which one does not hold", { tenant: ["acme"], thread: ["thread-2"] }, false],
  ])("by %s", (_, texts, expected) => {
    expect(means(texts)).toBe(expected);
  });

  test("knows Java's classes by their simple names", () => {
    expect(means({ type: ["DataException"] }, connect)).toBe(true);
    expect(means({ type: ["org.apache.kafka.connect.errors.DataException"] }, connect)).toBe(true);
    expect(means({ type: ["Exception"] }, connect)).toBe(false);
  });

  test("leaves out letters that do not say whose they are", () => {
    expect(means({ tenant: ["acme"] }, connect)).toBe(false);
  });

  test.each<[FilterTexts, string]>([
    [{ family: ["conect"] }, '--family is "conect", expected one of dashstream, connect'],
    [{ partition: ["x"] }, '--partition is "x"'],
    [{ offset: "a..b" }, '--offset is "a..b"'],
    [{ offset: "5..4" }, '--offset is "5..4"'],
    [{ offset: ".." }, '--offset is ".."'],
    [{ offset: "" }, '--offset is ""'],
    [{ since: "yesterday" }, '--since is "yesterday", expected how long ago'],
    [{ until: "2026-13-01" }, '--until is "2026-13-01"'],
    [{ since: "2026-01-01T00:00:00" }, '--since is "2026-01-01T00:00:00"'],
    [{ until: "2h30" }, '--until is "2h30"'],
    [{ since: "30m", until: "1h" }, '--until is "1h", expected a time after that of --since "30m"'],
    [{ since: "2026-01-01", until: "2026-01-01" }, '--until is "2026-01-01", expected a time after'],
    [{ partition: [] }, '--partition is "", expected at least one value'],
    [{ type: [] }, '--type is "", expected at least one value'],
  ])("that makes no sense is refused: %j", (texts, message) => {
    expect(() => parseFilter(texts, T0)).toThrow(DashstreamError);
    expect(() => parseFilter(texts, T0)).toThrow(message);
  });
});
