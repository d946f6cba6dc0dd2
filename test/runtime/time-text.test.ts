import { expect, test } from "bun:test";
import { parseTime } from "../../src/runtime/time-text.ts";

const NOW_MS = Date.parse("2026-05-02T00:00:00Z");

test.each([
  ["250ms", NOW_MS - 250],
  ["90s", NOW_MS - 90_000],
  ["1d12h", NOW_MS - 129_600_000],
  ["999999999w", 0],
  ["2026-05-01", NOW_MS - 86_400_000],
  ["2026-05-01T23:30Z", NOW_MS - 1_800_000],
  ["2026-05-02T01:00:00.250+01:00", NOW_MS + 250],
])("%s is a time", (text, expected) => {
  expect(parseTime(text, NOW_MS)).toBe(expected);
});

test.each(["", "now", "5", "-5s", "2 h", "2026-05-01T12:00:00", "2026-13-01", "1969-12-31", "05/01/2026"])(
  "%j is none",
  (text) => {
    expect(parseTime(text, NOW_MS)).toBe(null);
  },
);
