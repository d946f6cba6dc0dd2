import { describe, expect, test } from "bun:test";
import { durationText, seconds } from "../../../sim/scenarios/duration.ts";

test.each([
  ["90s", 90],
  ["5m", 300],
  ["1h30m", 5400],
  ["2h0m5s", 7205],
  ["0s", 0],
])("%s is %d seconds", (text, expected) => {
  expect(seconds(text)).toBe(expected);
});

test.each(["", "5", "5 m", "1.5h", "30s5m", "-5m", "1d", "9999999999h"])(
  "%p is no duration, and the error says what is",
  (text) => {
    expect(() => seconds(text)).toThrow(
      `${JSON.stringify(text)}: expected a duration such as 90s, 5m or 1h30m`,
    );
  },
);

describe("a number of seconds is written", () => {
  test.each([
    [0, "0s"],
    [90, "1m30s"],
    [300, "5m"],
    [3600, "1h"],
    [5415, "1h30m15s"],
    [3601, "1h1s"],
    [12.5, "12.5s"],
    [59.9999, "1m"],
    [-90, "-1m30s"],
  ])("%d as %s", (value, text) => {
    expect(durationText(value)).toBe(text);
  });
});
