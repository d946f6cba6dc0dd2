import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { verifyMarkdown } from "../../../../sim/verify/report/markdown.ts";
import { reportOutputs, reportTargets } from "../../../../sim/verify/report/report-files.ts";
import { checkReportTargets, writeReports } from "../../../../sim/verify/report/write-reports.ts";
import { SAMPLE_REPORT } from "./sample-report.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dashstream-reports-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);
const noStdout = (text: string) => {
  throw new Error(`unexpected on standard output: ${text}`);
};

describe("before a run", () => {
  const check = (paths: Parameters<typeof reportTargets>[0]) => () =>
    checkReportTargets(reportTargets(paths));

  test("files that can be written are fine, new ones and old ones, and none is touched", () => {
    writeFileSync(at("old.xml"), "old");
    check({ junit: at("old.xml"), html: at("new.html"), markdown: "-" })();
    expect(existsSync(at("new.html"))).toBe(false);
    expect(readFileSync(at("old.xml"), "utf8")).toBe("old");
  });

  test("a directory that is not there is named, all of them at once", () => {
    expect(check({ junit: at("a/b.xml"), html: at("c/d.html") })).toThrow(
      expect.objectContaining({
        code: "usage",
        message: [
          `--junit: ${at("a/b.xml")} cannot be written: there is no directory ${at("a")}`,
          `--html: ${at("c/d.html")} cannot be written: there is no directory ${at("c")}`,
        ].join("\n"),
      }),
    );
  });

  test("a directory in the place of a file, and a file in the place of a directory, are named", () => {
    mkdirSync(at("folder"));
    expect(check({ junit: at("folder") })).toThrow("cannot be written: it is a directory");
    writeFileSync(at("file"), "");
    expect(check({ junit: at("file/b.xml") })).toThrow(/cannot be written: .*ENOTDIR/);
  });

  test("an empty path is named as such, with its option", () => {
    expect(check({ markdown: "", html: "" })).toThrow(
      "--markdown: the path is empty, expected that of a file\n--html: the path is empty, expected that of a file",
    );
  });

  test("what permissions forbid is named", () => {
    // They mean nothing to root, whose files are all writable.
    if (process.getuid?.() === 0) return;
    writeFileSync(at("mine.xml"), "");
    chmodSync(at("mine.xml"), 0o444);
    expect(check({ junit: at("mine.xml") })).toThrow(/EACCES/);
  });

  test("one file for two reports is a wrong command line, and so is - for what is no text to read", () => {
    const usage = (message: string) => expect.objectContaining({ code: "usage", message });
    expect(check({ junit: at("a"), html: join(folder, ".", "a") })).toThrow(
      usage(`--html: ${at("a")} is what --junit names too, expected another file`),
    );
    expect(check({ html: "-" })).toThrow(usage("--html: expected the path of a file, got -"));
  });
});

describe("after a run", () => {
  test("every report is in its file, and Markdown on standard output if its path is -", () => {
    const stdout: string[] = [];
    const paths = { junit: at("a.xml"), html: at("a.html"), markdown: "-" };
    writeReports(reportOutputs(paths, SAMPLE_REPORT), (text) => stdout.push(text));
    expect(stdout.join("")).toBe(verifyMarkdown(SAMPLE_REPORT));
    expect(readFileSync(at("a.xml"), "utf8")).toStartWith(
      '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ',
    );
    expect(readFileSync(at("a.html"), "utf8")).toStartWith("<!doctype html>");
  });

  test("what is there already is replaced", () => {
    writeFileSync(at("a.md"), "x".repeat(1_000_000));
    writeReports(reportOutputs({ markdown: at("a.md") }, SAMPLE_REPORT), noStdout);
    expect(readFileSync(at("a.md"), "utf8")).toBe(verifyMarkdown(SAMPLE_REPORT));
  });

  test("a file that fails is named, and the others are written", () => {
    const paths = { junit: at("gone/a.xml"), markdown: at("a.md") };
    expect(() => writeReports(reportOutputs(paths, SAMPLE_REPORT), noStdout)).toThrow(
      expect.objectContaining({
        code: "storage_failed",
        message: expect.stringMatching(/^--junit: .*gone\/a\.xml could not be written: ENOENT/),
      }),
    );
    expect(existsSync(at("a.md"))).toBe(true);
  });

  test("one that cannot be made does not cost the others", () => {
    const broken = {
      option: "--html",
      path: at("a.html"),
      render: () => {
        throw new Error("no page");
      },
    };
    expect(() =>
      writeReports([broken, ...reportOutputs({ markdown: at("a.md") }, SAMPLE_REPORT)], noStdout),
    ).toThrow(`--html: ${at("a.html")} could not be written: no page`);
    expect(existsSync(at("a.md"))).toBe(true);
  });
});
