import { expect, test } from "bun:test";
import { durationText } from "../../src/alerts/duration.ts";
import {
  age,
  constant,
  count,
  forMinutes,
  latency,
  quantityText,
  quantityWords,
  rate,
  scaled,
  share,
  windowMinutes,
} from "../../src/alerts/quantity.ts";
import { parseDuration } from "../../src/promql/rules/duration.ts";

test("ten times faster, what takes time is divided, and what does not stays", () => {
  const tenfold = [
    windowMinutes(5),
    forMinutes(2),
    age(120),
    count(10_000),
    rate(0.1),
    share(0.05),
    latency(500),
    constant(1e-9),
  ].map((quantity) => quantityText(scaled(quantity, 10)));
  expect(tenfold).toEqual(["30s", "12s", "12", "1000", "0.1", "0.05", "500", "1e-9"]);
});

test("a count stays at least 1, and no event at all stays none", () => {
  expect([5, 1, 0].map((value) => scaled(count(value), 10).value)).toEqual([1, 1, 0]);
});

test("a factor that does not divide gives whole milliseconds", () => {
  expect(quantityText(scaled(windowMinutes(5), 7))).toBe("42s857ms");
  expect(quantityText(scaled(age(300), 7))).toBe("42.857");
});

test("people read units", () => {
  const words = [windowMinutes(5), age(120), count(10_000), rate(0.1), share(0.01), latency(500)].map(
    quantityWords,
  );
  expect(words).toEqual(["5m", "2m", "10,000", "0.1/s", "1 %", "500 ms"]);
});

test.each([
  ["0s", 0],
  ["1m30s", 90_000],
  ["1h", 3_600_000],
  ["1s500ms", 1_500],
] as const)("%s is a duration, written and read", (text, ms) => {
  expect(durationText(ms)).toBe(text);
  expect(parseDuration(text)).toEqual({ ms });
});

test.each([-1, 0.5, Number.NaN])("%d ms is no duration", (ms) => {
  expect(() => durationText(ms)).toThrow("expected a whole number from 0");
});
