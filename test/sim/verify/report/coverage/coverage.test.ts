import { describe, expect, test } from "bun:test";
import {
  coverageFindings,
  silenceText,
  unnoticedFaults,
} from "../../../../../sim/verify/report/coverage/findings.ts";
import { coverageDocument } from "../../../../../sim/verify/report/coverage/json.ts";
import { coverageMarkdown } from "../../../../../sim/verify/report/coverage/markdown.ts";
import { coverageText } from "../../../../../sim/verify/report/coverage/text.ts";
import { createPrinter } from "../../../../../src/cli/printer.ts";
import { printBlocks } from "../../../../../src/cli/text-blocks.ts";
import { RecordedOutput } from "../../../../cli/cli-rig.ts";
import { SAMPLE_COVERAGE, SOUND_COVERAGE } from "./sample-coverage.ts";

const FINDINGS = [
  'team.rules.yaml:40:9: team:errors:ratio: many-to-many matching: both sides have {job="a"} twice',
  "team.rules.yaml:17:22: TeamTypo needs websocket_droped_messages_total, which no component exports; did you mean websocket_dropped_messages_total?",
  "team.rules.yaml:17:60: TeamTypo needs node_load1, which no component exports",
  'team.rules.yaml:18:30: TeamTypo asks for websocket_kafka_messages_total{status="sucess"}, but its status is one of success, error, old_data_error; did you mean success?',
  'team.rules.yaml:18:90: TeamTypo asks for websocket_kafka_messages_total{job="shop"}, but its job is always dashstream-infrastructure (if your targets have it: --target-labels job=shop, or COMPONENT:job=shop for those of one)',
  "team.rules.yaml:10:9: TeamErrors fires though nothing is broken (healthy-hour)",
  "dlq-hang: fault dlq-hang did not take: nothing was broken by it",
];

test("findings are what is wrong with the rules, each with file, line and column", () => {
  expect(coverageFindings(SAMPLE_COVERAGE)).toEqual(FINDINGS);
});

test("an alert that nothing raises and a fault that nothing notices are results and no findings", () => {
  expect(coverageFindings(SOUND_COVERAGE)).toEqual([]);
});

test("a series whose name is that of a recorded one may also be missing among the rules", () => {
  const [use] = SAMPLE_COVERAGE.unknown;
  if (use === undefined) throw new Error("the sample has an unknown series");
  const unknown = [{ ...use, series: "r:y", nearest: null }];
  expect(coverageFindings({ ...SOUND_COVERAGE, unknown })).toEqual([
    "team.rules.yaml:17:22: TeamTypo needs r:y, which no component exports and no rule records",
  ]);
  expect(silenceText({ kind: "unknown-series", unknown: [...unknown, use] })).toBe(
    "no component exports r:y and no rule records it; no component exports websocket_droped_messages_total",
  );
});

test("of a label with many values the first are listed", () => {
  const [use] = SAMPLE_COVERAGE.unknown_values;
  if (use === undefined) throw new Error("the sample has an unknown value");
  const values = Array.from({ length: 14 }, (_, index) => `v${index}`);
  const [text] = coverageFindings({
    ...SOUND_COVERAGE,
    unknown_values: [{ ...use, values, nearest: null }],
  });
  expect(text).toEndWith("v10, v11 and 2 more");
});

test("a fault is named beside its scenario, unless that is all there is to say", () => {
  const named = (scenario: string, faults: readonly string[]) =>
    unnoticedFaults({ ...SAMPLE_COVERAGE, faults: [{ scenario, faults, noticed_by: [] }] });
  expect(named("dlq-hang", ["dlq-hang"])).toEqual(["dlq-hang"]);
  expect(named("slow-disk", ["dlq-hang"])).toEqual(["slow-disk (dlq-hang)"]);
});

describe("coverage on a terminal", () => {
  function printed(report = SAMPLE_COVERAGE): readonly string[] {
    const stdout = new RecordedOutput();
    printBlocks(createPrinter(stdout, new RecordedOutput(), {}), coverageText(report));
    return stdout.lines;
  }

  test("shows what raises each alert, and which alert comes first for each fault", () => {
    expect(printed().slice(0, 15)).toEqual([
      "alert          severity  raised by    fastest  in               rule",
      "TeamGaps       page      2 scenarios  1m30s    sequence-gap     team.rules.yaml:4",
      "TeamErrors     ticket    1 scenario   45s      corrupt-payload  team.rules.yaml:10",
      "TeamTypo       -         nothing      -        -                team.rules.yaml:16",
      "TeamElsewhere  -         nothing      -        -                team.rules.yaml:20",
      "TeamLag        -         nothing      -        -                team.rules.yaml:24",
      "TeamSlow       -         nothing      -        -                team.rules.yaml:28",
      "TeamNothing    -         nothing      -        -                team.rules.yaml:32",
      "TeamBoth       -         nothing      -        -                team.rules.yaml:36",
      "TeamWatchdog   -         nothing      -        -                team.rules.yaml:44",
      "",
      "scenario                              first alert  after  rule                then",
      "sequence-gap                          TeamGaps     1m30s  team.rules.yaml:4   -",
      "corrupt-payload                       TeamErrors   45s    team.rules.yaml:10  TeamGaps 3m30s",
      "dlq-hang (corrupt-payload, dlq-hang)  nothing      -      -                   -",
    ]);
  });

  test("tells why nothing raises an alert, what nothing notices, and the findings", () => {
    expect(printed().slice(15)).toEqual([
      "",
      "alerts that nothing raises",
      "  team.rules.yaml:16:9: TeamTypo: no component exports websocket_droped_messages_total, node_load1",
      '  team.rules.yaml:20:9: TeamElsewhere: no scenario has a series that fits up{job="other",zone="a"}; job is one of one, two (if your targets have it: --target-labels job=other, or COMPONENT:job=other for those of one); there is no label zone',
      "  team.rules.yaml:24:9: TeamLag: max(lag) was never > 1000000; the nearest was 24000, in process-kill",
      "  team.rules.yaml:28:9: TeamSlow: it was pending for 10m15s at most, in corrupt-payload; its `for` is 1h",
      "  team.rules.yaml:32:9: TeamNothing: rate(up[10s]) never gave a number",
      "  team.rules.yaml:36:9: TeamBoth: a > b never held, though both sides had values",
      "  team.rules.yaml:44:9: TeamWatchdog: it fires all the time, as a dead man's switch does",
      "",
      "scenarios that nothing notices",
      "  dlq-hang (corrupt-payload, dlq-hang)",
      "",
      "findings",
      ...FINDINGS.map((finding) => `  ${finding}`),
      "",
      "seed 7, evaluated by dashstream",
      "2 of 9 alerts raised, 2 of 3 scenarios noticed, 7 findings, 3.3 h virtual in 41 s",
    ]);
    expect(printed(SOUND_COVERAGE).at(-1)).toBe(
      "2 of 8 alerts raised, 2 of 3 scenarios noticed, 3.3 h virtual in 41 s",
    );
  });
});

test("coverage as JSON has the places of alerts, reasons as code and sentence, and what came first", () => {
  const document = JSON.parse(JSON.stringify(coverageDocument(SAMPLE_COVERAGE)));
  expect(document).toMatchObject({ ok: false, seed: 7, files: ["team.rules.yaml"], findings: FINDINGS });
  expect(document.alerts[1]).toEqual({
    alert: "TeamErrors",
    file: "team.rules.yaml",
    line: 10,
    column: 9,
    severity: "ticket",
    raised_by: [
      {
        alert: "TeamErrors",
        file: "team.rules.yaml",
        line: 10,
        column: 9,
        scenario: "corrupt-payload",
        firing_at_s: 405,
        detection_s: 45,
        resolved_at_s: 1100,
      },
    ],
    silence: null,
    without_fault: ["healthy-hour"],
  });
  expect(document.alerts[4].silence).toEqual({
    kind: "threshold-not-reached",
    reason: "max(lag) was never > 1000000; the nearest was 24000, in process-kill",
    value: "max(lag)",
    comparison: ">",
    threshold: 1_000_000,
    nearest: 24_000.000000001,
    scenario: "process-kill",
  });
  expect(document.alerts.map(({ silence }: { silence: { kind: string } | null }) => silence?.kind)).toEqual([
    undefined,
    undefined,
    "unknown-series",
    "no-samples",
    "threshold-not-reached",
    "too-short",
    "no-result",
    "never-held",
    "always",
  ]);
  expect(document.unknown[1]).toEqual({
    rule: "TeamTypo",
    series: "node_load1",
    file: "team.rules.yaml",
    line: 17,
    column: 60,
    nearest: null,
  });
  expect(document.unknown_values[0]).toEqual({
    rule: "TeamTypo",
    series: "websocket_kafka_messages_total",
    label: "status",
    matcher: 'status="sucess"',
    file: "team.rules.yaml",
    line: 18,
    column: 30,
    values: ["success", "error", "old_data_error"],
    nearest: "success",
    target_label: null,
  });
  expect(document.faults.map(({ first }: { first: string | null }) => first)).toEqual([
    "TeamGaps",
    "TeamErrors",
    null,
  ]);
  expect(Object.keys(document).at(-1)).toBe("run");
  expect(JSON.parse(JSON.stringify(coverageDocument(SOUND_COVERAGE))).ok).toBe(true);
});

test("coverage as Markdown has both tables, and findings unfolded", () => {
  const text = coverageMarkdown(SAMPLE_COVERAGE);
  expect(text).toStartWith(
    "## ❌ 2 of 9 alerts raised, 2 of 3 scenarios noticed, 7 findings\n\nteam.rules.yaml: 3.3 h virtual in 41 s, seed 7, evaluated by dashstream.\n\n<details open><summary>❌ findings</summary>",
  );
  expect(text).toContain("| TeamGaps | page | 2 scenarios | 1m30s | sequence-gap | team.rules.yaml:4 |\n");
  expect(text).toContain("| dlq-hang (corrupt-payload, dlq-hang) | nothing |  |  |  |\n");
  expect(text).toContain("<details><summary>Alerts that nothing raises</summary>");
  expect(text).toContain("<details><summary>Scenarios that nothing notices</summary>");
  expect(coverageMarkdown(SOUND_COVERAGE)).toStartWith("## ✅ 2 of 8 alerts raised");
  expect(coverageMarkdown(SOUND_COVERAGE)).not.toContain("findings");
});
