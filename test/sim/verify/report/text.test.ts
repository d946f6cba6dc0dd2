import { describe, expect, test } from "bun:test";
import { verifyHtml } from "../../../../sim/verify/report/html.ts";
import { verifyJunit } from "../../../../sim/verify/report/junit.ts";
import { verifyMarkdown } from "../../../../sim/verify/report/markdown.ts";
import { createProgressText, verifyText } from "../../../../sim/verify/report/text.ts";
import { createPrinter } from "../../../../src/cli/printer.ts";
import { printBlocks } from "../../../../src/cli/text-blocks.ts";
import { RecordedOutput } from "../../../cli/cli-rig.ts";
import { PASSING_REPORT, SAMPLE_REPORT } from "./sample-report.ts";

function printed(report = SAMPLE_REPORT, env: Record<string, string> = {}): readonly string[] {
  const stdout = new RecordedOutput();
  printBlocks(createPrinter(stdout, new RecordedOutput(), env), verifyText(report));
  return stdout.lines;
}

describe("the report on a terminal", () => {
  test("is a table with a row for each proof, in the order of the report", () => {
    expect(printed().slice(0, 9)).toEqual([
      "alert                           scenario         verdict     pending  firing  resolved  detection",
      "SequenceGapsDetected            sequence-gap     proven      6m30s    8m30s   17m45s    2m30s",
      "WebSocketDlqBroken              dlq-topic-down   proven      6m45s    7m45s   18m30s    1m45s",
      "WebSocketDlqBroken              dlq-hang         proven      6m45s    7m45s   18m30s    1m45s",
      "HighDecodeErrorRate             corrupt-payload  not proven  7m30s    9m30s   16m30s    3m30s",
      "HighMessageProcessingErrorRate  corrupt-payload  not proven  7m15s    -       11m30s    -",
      "ServiceDown                     process-kill     proven      6m15s    7m15s   11m15s    1m15s",
      "KafkaConsumerLagHigh            process-kill     proven      11m15s   16m30s  19m       10m30s",
      "WebSocketRedisHighLatency       redis-latency    not proven  -        -       -         -",
    ]);
  });

  test("calls each proof by its name, so that two of one alert and scenario differ", () => {
    const [scenario] = SAMPLE_REPORT.scenarios;
    const [proof] = scenario?.alerts ?? [];
    if (scenario === undefined || proof === undefined) throw new Error("the sample has a proof");
    const named = { ...proof, name: 'Gaps{part="a"}', proven: false, reasons: ["why"] };
    const report = {
      ...SAMPLE_REPORT,
      alerts: [named],
      scenarios: [{ ...scenario, ok: false, alerts: [named] }],
    };
    const text = printed(report).join("\n");
    expect(text).toContain('Gaps{part="a"}  sequence-gap  not proven');
    expect(text).toContain('Gaps{part="a"} is not proven by sequence-gap\n  why');
    expect(verifyMarkdown(report)).toContain('| Gaps{part="a"} | sequence-gap |');
    expect(verifyJunit(report)).toContain('<testcase name="Gaps{part=&quot;a&quot;}"');
    const page = verifyHtml(report);
    expect(page).toContain('<a href="#scenario-0">Gaps{part=&quot;a&quot;}</a>');
    expect(page).toContain('title="Gaps{part=&quot;a&quot;}"');
  });

  test("tells why each failed, by alert, scenario and for the whole", () => {
    const text = printed().join("\n");
    expect(text).toContain(
      [
        "HighMessageProcessingErrorRate is not proven by corrupt-payload",
        "  it was pending from 7m15s to 11m30s and never fired: `for` is 5m, and the fault was cleared after 5m30s",
        "  KafkaConsumerLagHigh fired at 9m30s, and nothing declares it",
        "",
        "scenario corrupt-payload",
        '  KafkaConsumerLagHigh{component="websocket-server", severity="high", topic="dashstream-events"} fired at 9m30s, not resolved: nothing declares it',
      ].join("\n"),
    );
    expect(text).toContain(
      "scenario redis-latency\n  the fault redis-latency took nothing: no command of Redis was delayed in 9m\n",
    );
    expect(text).toContain("findings\n  no scenario proves TenantRateLimitExceeded\n");
  });

  test("lists what fired beside the aim with the reason that allows it", () => {
    expect(printed()).toContain(
      '  corrupt-payload: WebSocketDlqHighRate{component="websocket-server", severity="high"} fired at 9m15s, resolved at 17m: every damaged record becomes a dead letter',
    );
  });

  test("ends with one line that sums up; an alert of several scenarios counts once", () => {
    expect(printed().slice(-2)).toEqual([
      "seed 7, evaluated by dashstream",
      "4 of 7 alerts proven in 7 scenarios, 2 failed, 3.3 h virtual in 41 s",
    ]);
    const passed = printed(PASSING_REPORT);
    expect(passed.at(-1)).toBe("4 of 4 alerts proven in 5 scenarios, 3.3 h virtual in 41 s");
    expect(passed.join("\n")).not.toContain("is not proven");
  });

  test("says that a scenario failed even if nobody noted why", () => {
    const [scenario] = PASSING_REPORT.scenarios;
    if (scenario === undefined) throw new Error("the sample has scenarios");
    const report = { ...PASSING_REPORT, ok: false, scenarios: [{ ...scenario, ok: false }] };
    expect(printed(report).join("\n")).toContain(
      "scenario sequence-gap\n  it failed, and no reason was noted\n",
    );
  });

  test("has its verdicts in colour where there are colours, in the same columns", () => {
    const lines = printed(SAMPLE_REPORT, { FORCE_COLOR: "1" });
    expect(lines[1]).toContain("\u001b[32mproven\u001b[39m");
    expect(lines[4]).toContain("\u001b[31mnot proven\u001b[39m");
    expect(lines.map((line) => Bun.stripANSI(line))).toEqual([...printed()]);
  });
});

test("progress names what runs, counts what is done and what failed", () => {
  const progressText = createProgressText();
  expect(progressText({ scenario: "a", state: "started", done: 0, total: 3 })).toBe("0 of 3 scenarios: a");
  expect(progressText({ scenario: "b", state: "started", done: 0, total: 3 })).toBe("0 of 3 scenarios: a, b");
  expect(progressText({ scenario: "a", state: "failed", done: 1, total: 3 })).toBe(
    "1 of 3 scenarios, 1 failed: b",
  );
  expect(progressText({ scenario: "b", state: "passed", done: 2, total: 3 })).toBe(
    "2 of 3 scenarios, 1 failed",
  );
});
