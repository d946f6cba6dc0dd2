import { describe, expect, test } from "bun:test";
import { parseResetTarget } from "../../src/stream/reset-target.ts";

const NOW_MS = Date.parse("2026-05-02T00:00:00Z");
const parse = (text: string) => parseResetTarget(text, NOW_MS);

describe("where a group shall go on", () => {
  test("is an end of the log or an offset", () => {
    expect(parse("latest")).toEqual({ kind: "latest" });
    expect(parse("earliest")).toEqual({ kind: "earliest" });
    expect(parse("0")).toEqual({ kind: "offset", offset: 0 });
    expect(parse("9007199254740991")).toEqual({ kind: "offset", offset: 9007199254740991 });
  });

  test("is a time that is so long ago", () => {
    const agoMs = (text: string) => {
      const target = parse(text);
      return target.kind === "time" ? NOW_MS - target.timestampMs : null;
    };
    expect(["250ms", "45s", "30m", "2h", "1h30m", "7d", "2w"].map(agoMs)).toEqual([
      250, 45_000, 1_800_000, 7_200_000, 5_400_000, 604_800_000, 1_209_600_000,
    ]);
    expect(parse("999999999w")).toEqual({ kind: "time", timestampMs: 0 });
  });

  test("is a day, or a time with its zone", () => {
    const utc = (text: string) => ({ kind: "time" as const, timestampMs: Date.parse(text) });
    expect(parse("2026-05-01")).toEqual(utc("2026-05-01T00:00:00Z"));
    expect(parse("2026-05-01T12:00Z")).toEqual(utc("2026-05-01T12:00:00Z"));
    expect(parse("2026-05-01T12:00:00.250+02:00")).toEqual(utc("2026-05-01T10:00:00.250Z"));
  });

  test("is nothing else", () => {
    const wrong = [
      "",
      "now",
      "LATEST",
      "-5",
      "1.5",
      "5x",
      "h",
      "2 h",
      "2026-05-01T12:00:00",
      "2026-13-01",
      "1969-12-31",
      "05/01/2026",
      "99999999999999999999",
    ];
    for (const text of wrong) {
      expect(() => parse(text)).toThrow(
        `--to is "${text}", expected latest, earliest, an offset, how long ago`,
      );
    }
  });
});
