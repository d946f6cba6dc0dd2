// `dashstream verify`: every alert seen inactive, pending, firing and resolved, in virtual time.

import { availableParallelism } from "node:os";
import { type Command, Option } from "commander";
import { COMPONENT_NAMES } from "../../sim/faults/stage.ts";
import type { CoverOptions } from "../../sim/verify/coverage/cover.ts";
import type { KnownLabels } from "../../sim/verify/known-alerts.ts";
import type { VerifyProgress, VerifyReport } from "../../sim/verify/report/report.ts";
import { NO_TARGET_LABELS, type TargetLabels } from "../../sim/verify/site/target-labels.ts";
import { DashstreamError } from "../errors.ts";
import { collect, defineCommand, wholeNumber } from "./command.ts";
import type { CliContext, ExitCode } from "./context.ts";
import { readInputFile } from "./input-file.ts";
import type { Printer } from "./printer.ts";
import { printScenarioList } from "./scenario-list.ts";
import { parseTargetLabels, refuseJobs } from "./target-labels.ts";
import { startVerifyWorker } from "./verify-processes.ts";
import { checkReports, type ReportFlags } from "./verify-reports.ts";

interface Flags extends ReportFlags {
  readonly scenario?: readonly string[];
  readonly only?: readonly string[];
  readonly rules?: readonly string[];
  readonly targetLabels?: TargetLabels;
  readonly seed: number;
  readonly workers: number;
  readonly engine: VerifyReport["engine"];
  readonly promtool: string;
  readonly list?: true;
  readonly schema?: true;
}

const SEED_LIMIT = 2 ** 31;

export const verifyCommand = defineCommand({
  name: "verify",
  description: [
    "Break the system on purpose and check that every alert tells of it.",
    "",
    "Runs server, companions, broker and Redis in virtual time, scrapes them, breaks something, and watches each alert: inactive, pending, firing, and resolved when the fault is gone. Hours take seconds. The broker and Redis are the embedded ones, made for this and not for production.",
    "",
    "With --rules it shows what the faults say of rules of your own: which alerts each fault raises and which comes first, which alerts nothing raises and why, which scenarios nothing notices. These are results; findings are what is wrong with the rules. With --scenario too, what your scenarios expect of your rules is judged besides.",
  ].join("\n"),
  exitCodes: {
    0: "everything is proven; with --rules: there are no findings",
    1: "something is not proven; with --rules: an alert on series or label values that no component exports, or that fires without a fault, a rule that cannot be evaluated (many-to-many matching, say), or a fault that did not take",
    2: "wrong command line or scenario, or rules that Prometheus would not load, such as an expression that cannot be parsed",
  },
  examples: [
    ["verify", "all alerts of the runbook"],
    ["verify --only SequenceGapsDetected", "the scenarios that prove one alert"],
    ["verify --junit verify.xml --markdown -", "for CI"],
    ["verify --html verify.html", "a page with a timeline for each scenario"],
    ["verify --scenario mine.yaml", "a scenario of your own"],
    ["verify --rules mine.rules.yaml --target-labels namespace=prod", "coverage of your own rules"],
    ["verify --engine promtool", "with promtool of Prometheus 3.9 or later as second opinion"],
  ],
  configure: (command) =>
    command
      .option(
        "--only <names>",
        "only scenarios that prove these alerts or have these names; with --rules: only these alerts of yours",
        collect,
      )
      .option("--scenario <files>", "scenarios of your own, as YAML, instead of ours", collect)
      .option(
        "--rules <files>",
        "rule files of your own, also PrometheusRule resources, instead of ours; one that cannot be parsed is wrong usage, a rule that cannot be evaluated is a finding",
        collect,
      )
      .option(
        "--target-labels <labels>",
        `labels of all targets, as namespace=a,team=b, or of a component, as exporter:job=c (${COMPONENT_NAMES.join(", ")}); job replaces ours, and needs --rules`,
        parseTargetLabels,
      )
      .option("--seed <number>", "the same seed gives the same report", wholeNumber(0, SEED_LIMIT), 1)
      .option("--workers <number>", "processes", wholeNumber(1, 64), availableParallelism())
      .addOption(
        new Option("--engine <engine>", "promtool: it evaluates all that was recorded too, and must agree")
          .choices(["dashstream", "promtool"])
          .default("dashstream"),
      )
      .addOption(
        new Option("--promtool <file>", "this promtool, of Prometheus 3.9 or later, as engine")
          .default("promtool", "the one in PATH")
          .implies({ engine: "promtool" }),
      )
      .option("--junit <file>", "writes a report for CI")
      .option(
        "--markdown <file>",
        "writes a report for people; - for standard output; a file is replaced, as $GITHUB_STEP_SUMMARY is new in each step",
      )
      .option("--html <file>", "writes a page with charts; not of --rules without --scenario")
      .option("--mutate", "breaks rules and signals one at a time, and shows which a run would not notice")
      .option("--list", "shows scenarios and faults, and runs nothing")
      .option("--schema", "prints the JSON schema of scenario files")
      .option("--json", "only the report, as one JSON object"),
  action: verify,
});

async function verify(context: CliContext, command: Command): Promise<ExitCode> {
  const flags = command.opts<Flags>();
  const { clock, build, printer, interrupted, readFile } = context;
  if (flags.schema) return printSchema(printer);
  const { targetLabels = NO_TARGET_LABELS } = flags;
  if (flags.rules === undefined) refuseJobs(targetLabels);
  const [{ select }, { createProgressText }] = await Promise.all([
    import("../../sim/verify/selection.ts"),
    import("../../sim/verify/report/text.ts"),
  ]);
  // Of others' rules it chooses among their alerts, of ours among the scenarios.
  const covers = flags.rules !== undefined && !flags.mutate;
  const read = (file: string) => readInputFile(readFile, file);
  const selection = select({
    only: covers ? [] : (flags.only ?? []),
    scenarioFiles: (flags.scenario ?? []).map(read),
    ruleFiles: (flags.rules ?? []).map(read),
  });
  if (flags.list) {
    await printScenarioList(selection.scenarios, { json: flags.json === true }, printer);
    return 0;
  }
  await checkReports(flags);
  const promtool = flags.engine === "promtool" ? flags.promtool : null;
  if (promtool !== null) {
    if (flags.mutate)
      throw new DashstreamError(
        "usage",
        "--mutate takes no --engine promtool, which judges our evaluation only",
      );
    const { checkPromtool } = await import("../../sim/verify/promtool/program.ts");
    await checkPromtool(promtool, interrupted);
  }
  const coverOptions = covers ? await coverageOptions(flags, selection.known) : null;
  const progress = createProgressText();
  const runOptions = {
    ...selection,
    seed: flags.seed,
    targetLabels,
    charts: flags.html !== undefined,
    promtool,
    workers: flags.workers,
    startWorker: startVerifyWorker,
    clock,
    build,
    signal: interrupted,
    ...(flags.json ? {} : { onProgress: (event: VerifyProgress) => printer.progress(progress(event)) }),
  };
  if (flags.mutate) {
    const { runMutants } = await import("./verify-mutants.ts");
    return runMutants(runOptions, flags, printer);
  }
  if (coverOptions !== null) {
    const { runCoverage } = await import("./verify-coverage.ts");
    return runCoverage({ ...runOptions, ...coverOptions }, flags, printer);
  }
  const { runVerdict } = await import("./verify-verdict.ts");
  return runVerdict(runOptions, flags, printer);
}

/** @throws DashstreamError `usage` for files given twice, alerts that the rules and reports that coverage do not have */
async function coverageOptions(
  flags: Flags,
  known: KnownLabels,
): Promise<Pick<CoverOptions, "only" | "judged">> {
  const [{ checkOnly }, { checkCoverageFlags }] = await Promise.all([
    import("../../sim/verify/coverage/cover.ts"),
    import("./verify-coverage.ts"),
  ]);
  const { only = [], scenario, rules = [] } = flags;
  const repeated = rules.find((file, index) => rules.indexOf(file) !== index);
  if (repeated !== undefined) throw new DashstreamError("usage", `--rules: ${repeated} is there twice`);
  const judged = scenario !== undefined;
  checkOnly(only, known);
  checkCoverageFlags(flags, judged);
  return { only, judged };
}

async function printSchema(printer: Printer): Promise<ExitCode> {
  const { scenarioSchemaText } = await import("../../sim/scenarios/json-schema.ts");
  printer.text(scenarioSchemaText());
  return 0;
}
