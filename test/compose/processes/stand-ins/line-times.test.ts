import { describe, expect, test } from "bun:test";
import { linesSince, readSince, timeOf } from "../../../../compose/processes/stand-ins/docker/line-times.ts";

const AT_MS = Date.UTC(2026, 10, 26, 5, 20, 12, 161);

describe("the time of a line", () => {
  test.each([
    ["this program", '{"level":"INFO","time":"2026-11-26T05:20:12.161Z","msg":"replay"}'],
    ["Prometheus 3", "time=2026-11-26T05:20:12.161Z level=INFO source=main.go"],
    ["Prometheus 2 and Alertmanager", "ts=2026-11-26T05:20:12.161Z caller=main.go"],
    ["another zone", "ts=2026-11-26T06:20:12.161+01:00 caller=main.go"],
    ["Jaeger", '{"level":"info","ts":1795670412.161,"msg":"started"}'],
    ["Redis", "41:M 26 Nov 2026 05:20:12.161 * Running mode=standalone"],
    ["more digits", "time=2026-11-26T05:20:12.161999999Z"],
  ])("is read as %s writes it", (_, line) => {
    expect(timeOf(line)).toBe(AT_MS);
  });

  test("is that of this machine's clock as Java writes it", () => {
    const line = "2026-11-26 05:20:12,161 WARN org.apache.kafka";
    expect(timeOf(line)).toBe(new Date(2026, 10, 26, 5, 20, 12, 161).getTime());
  });

  test("is none where there is none", () => expect(timeOf("	at java.base/Thread.run")).toBeNull());
});

test("a line without a time belongs to the one before it", () => {
  const lines = ["2026-11-26T05:00:00Z a", " of a", "2026-11-26T06:00:00Z b", " of b"];
  expect(linesSince(lines, Date.UTC(2026, 10, 26, 5, 30))).toEqual(lines.slice(2));
  expect(linesSince(lines, Date.UTC(2026, 10, 26, 7))).toEqual([]);
});

describe("since", () => {
  test.each([
    ["90s", AT_MS - 90_000],
    ["1h30m", AT_MS - 5_400_000],
    ["2026-11-26T05:00:00Z", Date.UTC(2026, 10, 26, 5)],
    ["1795670412", 1_795_670_412_000],
  ])("%s", (text, expected) => expect(readSince(text, AT_MS)).toBe(expected));

  test("is refused where it is no time", () => {
    expect(() => readSince("yesterday", AT_MS)).toThrow(
      'failed to parse value as time or duration: "yesterday"',
    );
  });
});
