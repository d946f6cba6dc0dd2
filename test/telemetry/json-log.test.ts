import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DashstreamError } from "../../src/errors.ts";
import { createLog, type JsonLogOptions } from "../../src/telemetry/json-log.ts";
import { manualClock } from "../support/manual-clock.ts";

const directory = mkdtempSync(join(tmpdir(), "dashstream-log-"));
afterAll(() => rmSync(directory, { recursive: true }));

function capture(options: Partial<JsonLogOptions> = {}) {
  const lines: string[] = [];
  const clock = manualClock(Date.UTC(2026, 0, 2, 3, 4, 5, 678));
  const log = createLog({
    level: "info",
    component: "websocket-server",
    clock,
    write: (line) => lines.push(line),
    ...options,
  });
  const last = (): Record<string, unknown> => JSON.parse(lines.at(-1) ?? "null");
  return { log, lines, clock, last };
}

describe("a log line", () => {
  test("is one JSON object with level in capitals, RFC 3339 time of the injected clock, component and msg", () => {
    const { log, lines, clock } = capture();
    log.info("protobuf version 1", { partition: 3 });
    clock.advance(1000);
    log.error("boom\nwith a second line");
    expect(lines).toEqual([
      '{"level":"INFO","time":"2026-01-02T03:04:05.678Z","component":"websocket-server","partition":3,"msg":"protobuf version 1"}\n',
      '{"level":"ERROR","time":"2026-01-02T03:04:06.678Z","component":"websocket-server","msg":"boom\\nwith a second line"}\n',
    ]);
  });

  test.each([
    ["debug", ["DEBUG", "INFO", "WARN", "ERROR"]],
    ["info", ["INFO", "WARN", "ERROR"]],
    ["warn", ["WARN", "ERROR"]],
    ["error", ["ERROR"]],
    ["silent", []],
  ] as const)("at level %s the lines written are %j", (level, expected) => {
    const { log, lines } = capture({ level });
    log.debug("a");
    log.info("b");
    log.warn("c");
    log.error("d");
    expect(lines.map((line) => JSON.parse(line).level)).toEqual([...expected]);
  });

  test("shows an error with code, message, stack and its causes", () => {
    const { log, last } = capture();
    const cause = new AggregateError([new Error("a"), "b"], "several");
    log.error("send failed", { error: new DashstreamError("kafka_unreachable", "no broker", { cause }) });
    expect(last().error).toMatchObject({
      name: "DashstreamError",
      code: "kafka_unreachable",
      message: "no broker",
      stack: expect.stringContaining("json-log.test.ts"),
      cause: { name: "AggregateError", message: "several", errors: [{ message: "a" }, "b"] },
    });
  });

  test("ends a chain of causes that runs in a circle", () => {
    const { log, lines } = capture();
    const error = new Error("loop");
    error.cause = error;
    log.error("x", { error });
    expect(lines.length).toBe(1);
  });

  test("is not broken by values that JSON cannot hold or by format characters", () => {
    const { log, last } = capture();
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    log.warn("100 %d %s", { circle, big: 18446744073709551615n, nothing: undefined });
    expect(last()).toMatchObject({ msg: "100 %d %s", circle: { self: "[Circular]" } });
  });

  test("has each key once: fields do not hide its own keys, and win over those of the parent", () => {
    const { log, lines } = capture();
    log.child({ partition: 1, topic: "t" }).info("m", { partition: 2, level: "x", time: 0, msg: "y" });
    expect(lines).toEqual([
      '{"level":"INFO","time":"2026-01-02T03:04:05.678Z","component":"websocket-server","partition":2,"topic":"t","level_":"x","time_":0,"msg_":"y","msg":"m"}\n',
    ]);
  });
});

describe("LOG_FILE", () => {
  test("gets the same lines, in a directory made for it, after what is there already", () => {
    const file = join(directory, "new", "server.log");
    const first = capture({ file });
    first.log.info("one");
    first.log.close();
    const second = capture({ file });
    second.log.info("two");
    second.log.close();
    second.log.info("after close");
    expect(readFileSync(file, "utf8")).toBe([...first.lines, second.lines[0]].join(""));
    expect(second.lines.length).toBe(2);
  });

  test("that cannot be opened is an error that names it", () => {
    const blocker = join(directory, "plain-file");
    writeFileSync(blocker, "");
    expect(() => capture({ file: join(blocker, "server.log") })).toThrow(
      expect.objectContaining({
        code: "storage_failed",
        message: expect.stringContaining(`LOG_FILE ${blocker}`),
      }),
    );
  });

  // The device exists on Linux only: every write to it fails for want of space.
  // The device exists on Linux only.
  const whereFullDisksExist = existsSync("/dev/full") ? test : () => {};
  whereFullDisksExist("that fails later is given up with one line, and logging goes on", () => {
    const { log, lines } = capture({ file: "/dev/full" });
    log.info("one");
    log.info("two");
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual([
      "one",
      "log lines go to standard output only",
      "two",
    ]);
    expect(lines[1]).toContain("ENOSPC");
  });
});
