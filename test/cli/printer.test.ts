import { describe, expect, test } from "bun:test";
import { createPrinter } from "../../src/cli/printer.ts";
import { RecordedOutput } from "./cli-rig.ts";

function printer(isTerminal: boolean, env: Record<string, string> = {}) {
  const stdout = new RecordedOutput(isTerminal);
  const stderr = new RecordedOutput(isTerminal);
  return { stdout, stderr, printer: createPrinter(stdout, stderr, env) };
}

describe("standard output", () => {
  test("gets results, standard error everything about the run", () => {
    const { stdout, stderr, printer: print } = printer(false);
    print.line("result");
    print.note("connected");
    print.error("wrong");
    expect(stdout.text).toBe("result\n");
    expect(stderr.text).toBe("connected\nerror: wrong\n");
  });

  test("gets JSON with bytes as base64 and 64-bit integers as text, however deep", () => {
    const { stdout, printer: print } = printer(false);
    const bytes = Uint8Array.of(1, 2, 255);
    print.json({ a: bytes, b: [Buffer.from(bytes)], c: { d: 2n ** 63n - 1n }, e: "x", f: null, g: 0.5 });
    expect(stdout.text).toBe(
      '{"a":"AQL/","b":["AQL/"],"c":{"d":"9223372036854775807"},"e":"x","f":null,"g":0.5}\n',
    );
  });
});

describe("colours", () => {
  const red = (env: Record<string, string>, isTerminal: boolean) =>
    printer(isTerminal, env).printer.colors.red("x") !== "x";

  test("are for terminals", () => {
    expect(red({}, true)).toBe(true);
    expect(red({}, false)).toBe(false);
    expect(red({ TERM: "dumb" }, true)).toBe(false);
  });

  test("can be forced, and NO_COLOR wins over everything", () => {
    expect(red({ FORCE_COLOR: "1" }, false)).toBe(true);
    expect(red({ NO_COLOR: "1", FORCE_COLOR: "1" }, true)).toBe(false);
    expect(red({ NO_COLOR: "" }, true)).toBe(true);
  });

  test("of errors follow the same rule", () => {
    const { stderr, printer: print } = printer(true, { NO_COLOR: "1" });
    print.error("wrong");
    expect(stderr.text).toBe("error: wrong\n");
  });
});

describe("the status", () => {
  test("rewrites one line of a terminal and makes room for other lines", () => {
    const { stdout, printer: print } = printer(true);
    print.status("1 record");
    print.status("2 records");
    print.line("gap");
    print.line("end");
    const unwrapped = (text: string) => `\u001b[?7l${text}\u001b[?7h`;
    const clear = "\r\u001b[2K";
    expect(stdout.text).toBe(`${unwrapped("1 record")}${clear}${unwrapped("2 records")}${clear}gap\nend\n`);
  });

  test("is a line of its own elsewhere", () => {
    const { stdout, printer: print } = printer(false);
    print.status("1 record");
    print.status("2 records");
    expect(stdout.text).toBe("1 record\n2 records\n");
  });

  test("that only those who wait want to know is shown on terminals only", () => {
    const { stdout, printer: print } = printer(false);
    print.progress("1 of 2");
    expect(stdout.text).toBe("");
    const terminal = printer(true);
    terminal.printer.progress("1 of 2");
    terminal.printer.line("end");
    expect(terminal.stdout.text).toBe("\u001b[?7l1 of 2\u001b[?7h\r\u001b[2Kend\n");
  });

  test("that only those who wait want to know is another line for a log, beside the result", () => {
    const log = printer(false);
    log.printer.progress("1 of 2", "the first has ended");
    expect([log.stdout.text, log.stderr.text]).toEqual(["", "the first has ended\n"]);
    const terminal = printer(true);
    terminal.printer.progress("1 of 2", "the first has ended");
    expect([terminal.stdout.text, terminal.stderr.text]).toEqual(["\u001b[?7l1 of 2\u001b[?7h", ""]);
  });
});
