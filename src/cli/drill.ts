// `dashstream drill`: the scenarios of `verify` against a live stack.

import { availableParallelism } from "node:os";
import type { Command } from "commander";
import type { Scenario } from "../../sim/scenarios/scenario.ts";
import type { Selection } from "../../sim/verify/selection.ts";
import { NO_TARGET_LABELS } from "../../sim/verify/site/target-labels.ts";
import { DashstreamError } from "../errors.ts";
import { seededRandom } from "../runtime/random.ts";
import { kafkaSettings } from "../server/kafka-config.ts";
import { collect, defineCommand, gather, wholeNumber } from "./command.ts";
import { commandLog } from "./command-log.ts";
import type { CliContext, ExitCode } from "./context.ts";
import { requireServices, type StackFlags, stackParts } from "./drill-stack.ts";
import { hostPort } from "./host-port.ts";
import { readInputFile } from "./input-file.ts";
import { addOptionFlags, loadCommandConfig } from "./option-flags.ts";
import { parseScale } from "./scale.ts";
import { printScenarioList } from "./scenario-list.ts";
import { printBlocks } from "./text-blocks.ts";
import { startVerifyWorker } from "./verify-processes.ts";
import { checkReports, giveReports, type ReportFlags } from "./verify-reports.ts";

interface Flags extends ReportFlags, StackFlags {
  readonly receiver?: string;
  readonly notifyWithin: number;
  readonly set?: readonly string[];
  readonly scale: number;
  readonly only?: readonly string[];
  readonly scenario?: readonly string[];
  readonly rules?: readonly string[];
  readonly seed: number;
  readonly yesBreak?: string;
  readonly compare: boolean;
  readonly list?: true;
}

const SEED_LIMIT = 2 ** 31;

export const drillCommand = defineCommand({
  name: "drill",
  description: [
    "Break a live stack on purpose and watch its Prometheus and Alertmanager tell of it.",
    "",
    "Plays the scenarios of `verify` for real: each from a quiet stack to a quiet stack, with traffic and clients of its own. Faults of Kafka, Redis and the links to them are applied by the fault proxy of the stack (--proxy, see `dashstream fault-proxy`), services are killed and configured with the `docker` on PATH (--services), targets vanish by their files (--targets). What a stack cannot do is not played, and said. Ctrl-C clears every fault.",
    "",
    "With --receiver an alert is proven only if people are told of it, and of its end, within --notify-within. With --alertmanager too, nobody need be told of what another alert mutes.",
    "",
    'Only a stack that is marked may be broken: its Prometheus has the external label safe_to_break: "true", or --yes-break names it.',
  ].join("\n"),
  exitCodes: {
    0: "everything that was played is proven",
    1: "something is not proven, a server of the stack is not reachable, the stack did not become quiet, or not everything could be put back",
  },
  examples: [
    ["drill --only SequenceGapsDetected", "a drill of the stack on this machine, in real time"],
    [
      "drill --proxy http://127.0.0.1:8474 --services docker --targets compose/prometheus/targets",
      "all of it",
    ],
    [
      "drill --scale 60 --junit drill.xml",
      "fast, on a stack with the rules of `dashstream rules --scale 60`",
    ],
    [
      "drill --receiver 127.0.0.1:9099 --alertmanager http://127.0.0.1:9093",
      "and people must be told, unless an alert is muted",
    ],
    ["drill --list", "which scenarios there are, and what each needs of the stack"],
    ["drill --prometheus http://staging:9090 --yes-break http://staging:9090", "a stack without a mark"],
  ],
  configure: (command) => {
    command
      .option("--prometheus <url>", "Prometheus of the stack", "http://127.0.0.1:9090")
      .option("--server <url>", "server of the stack, for clients of the drill", "http://127.0.0.1:3002")
      .option("--proxy <url>", "control address of the fault proxy of the stack")
      .option("--services <docker>", "handle services as containers, with `docker`", parseServices)
      .option(
        "--compose-file <file>",
        "compose file of the stack, for --services",
        "compose/docker-compose.dashstream.yml",
      )
      .option(
        "--env-file <file>",
        "of the stack, as it was started; needs --services, may be repeated",
        gather,
      )
      .option("--targets <directory>", "where Prometheus of the stack has a file of targets for each job")
      .option(
        "--receiver <host:port>",
        "where to listen to the webhooks of Alertmanager; port 0 picks a free one",
      )
      .option("--alertmanager <url>", "Alertmanager of the stack, asked which alerts are muted by others")
      .option(
        "--notify-within <seconds>",
        "how long Alertmanager may take to tell",
        wholeNumber(1, 86_400),
        120,
      )
      .option(
        "--set <NAME=VALUE>",
        "a variable of all services during the drill; needs --services, may be repeated",
        gather,
      )
      .option(
        "--scale <factor>",
        "everything happens so many times faster, with rules of that scale",
        parseScale,
        1,
      )
      .option("--only <names>", "only scenarios that prove these alerts or have these names", collect)
      .option("--scenario <files>", "scenarios of your own, as YAML, instead of ours", collect)
      .option("--rules <files>", "the rules of the stack, instead of ours", collect)
      .option("--seed <number>", "for the traffic", wholeNumber(0, SEED_LIMIT), 1)
      .option("--yes-break <url>", "the Prometheus of a stack that may be broken though it is not marked")
      .option("--no-compare", "do not run the same scenarios in virtual time afterwards")
      .option("--junit <file>", "writes a report for CI")
      .option("--markdown <file>", "writes a report for people; - for standard output")
      .option("--html <file>", "writes a page with charts")
      .option(
        "--list",
        "shows what each scenario needs, flags and jobs that Prometheus scrapes, and how fast it may be; breaks nothing",
      )
      .option("--json", "only the report, as one JSON object");
    addOptionFlags(command, "drill");
  },
  action: drill,
});

async function drill(context: CliContext, command: Command): Promise<ExitCode> {
  const flags = command.opts<Flags>();
  const { clock, network, serve, build, printer, interrupted, readFile } = context;
  const { config } = loadCommandConfig(context, command, "drill");
  requireTogether(flags, command.getOptionValueSource("composeFile") !== "default");
  const env = variables(flags.set ?? []);
  const { select } = await import("../../sim/verify/selection.ts");
  const selection = select({
    only: flags.only ?? [],
    scenarioFiles: (flags.scenario ?? []).map((file) => readInputFile(readFile, file)),
    ruleFiles: (flags.rules ?? []).map((file) => readInputFile(readFile, file)),
  });
  if (flags.list) return list(context, flags, selection);
  await requireServices(flags, context);
  const parts = await stackParts(flags, config.adminToken);
  await checkReports(flags);
  const { runDrill } = await import("../../sim/drill/run-drill.ts");
  const log = commandLog(context, "drill", config);
  const { tell, onProgress } = await progressOf(context, flags);
  const report = await runDrill({
    ...parts,
    selection,
    scale: flags.scale,
    seed: flags.seed,
    env,
    notifyWithinMs: flags.notifyWithin * 1000,
    receiver: flags.receiver === undefined ? null : hostPort("--receiver", flags.receiver),
    yesBreak: flags.yesBreak ?? null,
    kafka: { ...kafkaSettings(config), clientId: "producer" },
    topic: config.kafkaTopic,
    clock,
    random: seededRandom(flags.seed),
    network,
    serve,
    log,
    build,
    signal: interrupted,
    virtual: flags.compare
      ? (scenarios) => inVirtualTime(context, flags, { ...selection, scenarios, complete: false }, tell)
      : null,
    onListening: (url) => printer.note(`listening for Alertmanager on ${url}`),
    onProgress,
  });
  log.close();
  const [{ drillDocument, drillText, interruptionText }, { reportOutputs }] = await Promise.all([
    import("../../sim/drill/drill-report.ts"),
    import("../../sim/verify/report/report-files.ts"),
  ]);
  const print = () => {
    if (flags.json) printer.json(drillDocument(report));
    else printBlocks(printer, drillText(report));
  };
  // An interrupted drill tells what it has learnt, if that is anything.
  if (!interrupted.aborted || report.scenarios.length > 0) {
    await giveReports(flags, reportOutputs(flags, report), print, printer);
  }
  if (interrupted.aborted) throw new DashstreamError("aborted", interruptionText(report));
  return report.ok ? 0 : 1;
}

async function list({ printer }: CliContext, { json }: Flags, { scenarios }: Selection): Promise<ExitCode> {
  const { drillNeeds } = await import("../../sim/drill/playable.ts");
  const columns = [
    { key: "max_scale", heading: "scale up to", tellsOf: ({ max_scale }: Scenario) => max_scale },
    { key: "needs", heading: "needs", tellsOf: drillNeeds },
  ];
  await printScenarioList(scenarios, { json: json === true, columns }, printer);
  return 0;
}

async function inVirtualTime(
  { clock, build, interrupted }: CliContext,
  { seed }: Flags,
  selection: Selection,
  tell: (text: string) => void,
) {
  tell("the same scenarios are run in virtual time, to compare");
  const { verify } = await import("../../sim/verify/verify.ts");
  const { alerts } = await verify({
    ...selection,
    seed,
    targetLabels: NO_TARGET_LABELS,
    charts: false,
    promtool: null,
    workers: availableParallelism(),
    startWorker: startVerifyWorker,
    clock,
    build,
    signal: interrupted,
  });
  return alerts;
}

/** A drill takes an hour: one who waits sees a line that changes, and a log gets a line for each step. */
async function progressOf({ printer }: CliContext, { json }: Pick<Flags, "json">) {
  const { createDrillProgressTexts } = await import("../../sim/drill/drill-progress.ts");
  const textsOf = createDrillProgressTexts();
  // The line that changes is on standard output, which is for the JSON object alone.
  const tell = (line: string, note: string = line) =>
    json ? printer.note(note) : printer.progress(line, note);
  return {
    tell,
    onProgress(event: Parameters<typeof textsOf>[0]) {
      const { line, note } = textsOf(event);
      tell(line, note);
    },
  };
}

/** What would have no effect without another flag. */
function requireTogether(
  { alertmanager, receiver, set, envFile, services, composeFile }: Flags,
  isComposeFileGiven: boolean,
): void {
  const wants = (flag: string, value: string | undefined, other: string, given: unknown, because: string) => {
    if (value === undefined || given !== undefined) return;
    throw new DashstreamError("usage", `${flag} is "${value}" without ${other}, expected both: ${because}`);
  };
  wants("--alertmanager", alertmanager, "--receiver", receiver, "nobody hears of what is not muted");
  const givenComposeFile = isComposeFileGiven ? composeFile : undefined;
  wants("--compose-file", givenComposeFile, "--services", services, "services are not handled");
  wants("--env-file", envFile?.join(" "), "--services", services, "services are not made anew");
  wants("--set", set?.join(" "), "--services", services, "services keep their settings");
}

function parseServices(text: string): "docker" {
  if (text === "docker") return text;
  throw new DashstreamError("usage", `--services is "${text}", expected docker`);
}

function variables(given: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    given.map((text) => {
      const [, name, value] = /^([A-Z][A-Z0-9_]*)=(.*)$/s.exec(text) ?? [];
      if (name === undefined || value === undefined) {
        throw new DashstreamError("usage", `--set is "${text}", expected NAME=VALUE, the name in capitals`);
      }
      return [name, value];
    }),
  );
}
