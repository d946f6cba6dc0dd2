import { describe, expect, test } from "bun:test";
import { fitted, markdownText, verifyMarkdown } from "../../../../sim/verify/report/markdown.ts";
import { HOSTILE_REPORT, PASSING_REPORT, SAMPLE_REPORT } from "./sample-report.ts";

describe("the Markdown report", () => {
  test("begins with what was proven, then what it took", () => {
    expect(verifyMarkdown(PASSING_REPORT).split("\n").slice(0, 3)).toEqual([
      "## ✅ 4 of 4 alerts proven in 5 scenarios",
      "",
      "3.3 h virtual in 41 s, seed 7, evaluated by dashstream.",
    ]);
    expect(verifyMarkdown(SAMPLE_REPORT)).toStartWith(
      "## ❌ 4 of 7 alerts proven in 7 scenarios, 2 failed\n",
    );
  });

  test("says of a drill in which time its times are", () => {
    expect(verifyMarkdown({ ...PASSING_REPORT, engine: "prometheus", scale: 60 }).split("\n")[2]).toBe(
      "live in 41 s, seed 7, evaluated by prometheus. In this report times are real ones, from the start of each scenario: at scale 60 a second of them is 1m of the scenario.",
    );
  });

  test("has the table of alerts", () => {
    expect(verifyMarkdown(SAMPLE_REPORT)).toContain(
      [
        "",
        "| alert | scenario | verdict | pending | firing | resolved | detection |",
        "|---|---|---|---|---|---|---|",
        "| SequenceGapsDetected | sequence-gap | ✅ proven | 6m30s | 8m30s | 17m45s | 2m30s |",
      ].join("\n"),
    );
    expect(verifyMarkdown(SAMPLE_REPORT)).toContain(
      "| HighMessageProcessingErrorRate | corrupt-payload | ❌ not proven | 7m15s |  | 11m30s |  |\n",
    );
  });

  test("folds each failure with its reasons, and what was declared", () => {
    const text = verifyMarkdown(SAMPLE_REPORT);
    expect(text).toContain(
      "<details open><summary>❌ scenario redis-latency</summary>\n\n- the fault redis-latency took nothing",
    );
    expect(text).toContain(
      "<details><summary>Fired beside the aim, as the scenario or its faults declare</summary>\n\n- dlq-topic-down: ",
    );
    expect(verifyMarkdown(PASSING_REPORT)).not.toContain("<details open>");
  });

  test("lets no text leave its place", () => {
    const text = verifyMarkdown(HOSTILE_REPORT);
    expect(text).not.toContain("<script");
    expect(text.match(/<details/g)?.length).toBe(text.match(/<\/details>/g)?.length);
    const rows = text.split("\n").filter((line) => line.startsWith("|"));
    expect(rows.map((row) => row.split("|").length)).toEqual([9, 9, 9]);
  });

  test("keeps names readable and escapes what would format", () => {
    expect(markdownText('kafka_error{a="b"} _x_ *y* a|b `c` <d> &lt; [e](f) \\')).toBe(
      'kafka_error{a="b"} &#95;x&#95; &#42;y&#42; a&#124;b &#96;c&#96; &lt;d&gt; &amp;lt; &#91;e&#93;(f) &#92;',
    );
    expect(markdownText(" a\r\n\tb ")).toBe("a b");
  });

  test("stays below the limit of a job summary and says what it left out", () => {
    const parts = ["first", "x".repeat(300), "y".repeat(300)];
    expect(fitted(parts, 1000)).toBe(`${parts.join("\n\n")}\n`);
    const cut = fitted(parts, 600);
    expect(cut).toBe(
      `first\n\n${"x".repeat(300)}\n\nLeft out: 1 further part. The summary of a job has at most 600 bytes.\n`,
    );
  });
});
