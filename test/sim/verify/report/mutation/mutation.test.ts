import { expect, test } from "bun:test";
import { mutationDocument } from "../../../../../sim/verify/report/mutation/json.ts";
import { mutationMarkdown } from "../../../../../sim/verify/report/mutation/markdown.ts";
import type {
  MutantKind,
  MutantResult,
  MutationReport,
} from "../../../../../sim/verify/report/mutation/mutation.ts";
import { mutationText } from "../../../../../sim/verify/report/mutation/text.ts";
import { createPrinter } from "../../../../../src/cli/printer.ts";
import { printBlocks } from "../../../../../src/cli/text-blocks.ts";
import { RecordedOutput } from "../../../../cli/cli-rig.ts";
import { SAMPLE_REPORT } from "../sample-report.ts";

function killed(alert: string, kind: MutantKind, description: string): MutantResult {
  const by = `${alert} did not fire in corrupt-payload`;
  return {
    mutant: { target: { alert }, kind, description },
    scenarios: ["corrupt-payload"],
    outcome: "killed",
    by,
  };
}

const REPORT: MutationReport = {
  version: "1.2.3",
  seed: 7,
  engine: "dashstream",
  mutants: [
    killed("HighDecodeErrorRate", "for-tenfold", "2m became 20m"),
    killed("HighDecodeErrorRate", "threshold-tenfold", "> 0.05 became > 0.5"),
    {
      mutant: {
        target: { metric: "websocket_dlq_sends_total" },
        kind: "born-late",
        description: 'the series {error_type="x"} begins with its first increment',
      },
      scenarios: [],
      outcome: "missed",
      by: "no rule reads this label",
    },
  ],
  run: SAMPLE_REPORT.run,
};

const ALL_KILLED: MutationReport = { ...REPORT, mutants: REPORT.mutants.slice(0, 2) };

const MISSED =
  'websocket_dlq_sends_total, born-late: the series {error_type="x"} begins with its first increment, in no scenario: no rule reads this label';

function printed(report: MutationReport): readonly string[] {
  const stdout = new RecordedOutput();
  printBlocks(createPrinter(stdout, new RecordedOutput(), {}), mutationText(report));
  return stdout.lines;
}

test("mutants on a terminal are counted by kind, and those not killed are named with the reason", () => {
  expect(printed(REPORT)).toEqual([
    "kind               killed  missed  what is done",
    "threshold-tenfold       1       0  a threshold ten times as high",
    "for-tenfold             1       0  `for` ten times as long",
    "born-late               0       1  a counter that is not there before it rises",
    "",
    "missed",
    `  ${MISSED}`,
    "",
    "seed 7, evaluated by dashstream",
    "2 of 3 mutants killed, 1 missed, 3.3 h virtual in 41 s",
  ]);
  expect(printed(ALL_KILLED)).not.toContain("missed");
});

test("mutants as JSON are fine if none was missed", () => {
  const document = JSON.parse(JSON.stringify(mutationDocument(REPORT)));
  expect(document).toMatchObject({
    ok: false,
    summary: { mutants: 3, killed: 2, missed: 1 },
    by_kind: {
      "threshold-tenfold": { killed: 1, missed: 0 },
      "for-tenfold": { killed: 1, missed: 0 },
      "born-late": { killed: 0, missed: 1 },
    },
  });
  expect(document.mutants[0]).toEqual({
    mutant: { alert: "HighDecodeErrorRate", kind: "for-tenfold", description: "2m became 20m" },
    scenarios: ["corrupt-payload"],
    outcome: "killed",
    by: "HighDecodeErrorRate did not fire in corrupt-payload",
  });
  expect(document.mutants[2].mutant.metric).toBe("websocket_dlq_sends_total");
  expect(Object.keys(document).at(-1)).toBe("run");
  expect(JSON.parse(JSON.stringify(mutationDocument(ALL_KILLED))).ok).toBe(true);
});

test("mutants as Markdown have the table by kind, and the missed ones unfolded", () => {
  const text = mutationMarkdown(REPORT);
  expect(text).toStartWith("## ❌ 2 of 3 mutants killed, 1 missed\n");
  expect(text).toContain("| threshold-tenfold | 1 | 0 | a threshold ten times as high |\n");
  expect(text).toContain(
    "<details open><summary>❌ Missed</summary>\n\n- websocket_dlq_sends_total, born-late: ",
  );
  expect(mutationMarkdown(ALL_KILLED)).toStartWith("## ✅ 2 of 2 mutants killed");
  expect(mutationMarkdown(ALL_KILLED)).not.toContain("Missed");
});
