// `dashstream demo`: broker, traffic, server and a client in one process, with nothing configured.

import type { Command } from "commander";
import type { Demo, DemoProgress, DemoSummary } from "../../sim/demo/demo.ts";
import { aborted } from "../runtime/abort.ts";
import { seededRandom } from "../runtime/random.ts";
import { defineCommand, wholeNumber } from "./command.ts";
import { commandLog } from "./command-log.ts";
import type { CliContext, ExitCode } from "./context.ts";
import { endWithin } from "./ending.ts";
import { addOptionFlags, loadCommandConfig } from "./option-flags.ts";
import type { Printer } from "./printer.ts";
import { serverOrigin, streamUrl } from "./server-address.ts";

interface Flags {
  readonly rate: number;
  readonly seed?: number;
  readonly json?: true;
}

const STATUS_INTERVAL_MS = 1_000;
const SEED_LIMIT = 2 ** 31;

export const demoCommand = defineCommand({
  name: "demo",
  description: [
    "Run broker, traffic, server and one client in this process.",
    "",
    "Nothing needs to be installed or configured. At the end all that was produced is compared with what the client got, offset by offset.",
  ].join("\n"),
  exitCodes: { 0: "all was delivered once", 1: "something was lost or came twice" },
  examples: [
    ["demo", "until Ctrl-C"],
    ["demo --demo-seconds 20 --rate 1000", "ends by itself with a summary"],
    ["demo --demo-seconds 5 --json", "only the summary, for programs"],
  ],
  configure: (command) => {
    command
      .option("--rate <number>", "records a second", wholeNumber(1, 1_000_000), 200)
      .option(
        "--seed <number>",
        "makes the same traffic again; default: another each time",
        wholeNumber(0, SEED_LIMIT),
      )
      .option("--json", "only the summary, as one JSON object");
    addOptionFlags(command, "demo");
  },
  action: demo,
});

async function demo(context: CliContext, command: Command): Promise<ExitCode> {
  const { clock, random, network, serve, build, printer } = context;
  const { rate, seed = random.int(SEED_LIMIT), json } = command.opts<Flags>();
  const { config, settings } = loadCommandConfig(context, command, "demo");
  const isGiven = (key: string) =>
    settings.some((setting) => setting.key === key && setting.origin.from !== "default");
  // Standard output is for the account; log lines appear only if something is wrong.
  const logLevel = isGiven("logLevel") ? config.logLevel : "warn";
  const log = commandLog(context, "demo", { ...config, logLevel });
  const { startDemo } = await import("../../sim/demo/demo.ts");
  const demo = await startDemo({
    config,
    clock,
    random: seededRandom(seed),
    network,
    log,
    serve,
    build,
    ratePerSecond: rate,
    anyPortIfTaken: !isGiven("websocketPort"),
    originOf: (websocketHost, websocketPort) => serverOrigin({ websocketHost, websocketPort }),
  });
  if (!json) printAddresses(demo, config.websocketPort, printer);
  try {
    await watch(demo, context, config.demoSeconds, json === true);
    const summary = await demo.finish(config.shutdownTimeoutSecs * 1000);
    if (json) printer.json(summaryJson(summary));
    else printSummary(summary, printer);
    return summary.lost + summary.duplicated > 0 ? 1 : 0;
  } finally {
    await endWithin(config.shutdownTimeoutSecs, clock, () => demo.stop());
    log.close();
  }
}

function printAddresses(
  { origin, bootstrap, topic }: Demo,
  wantedPort: number,
  { line, note, colors }: Printer,
): void {
  if (wantedPort !== 0 && !origin.endsWith(`:${wantedPort}`)) {
    note(`port ${wantedPort} is taken; WEBSOCKET_PORT or --websocket-port chooses another than this`);
  }
  const row = (name: string, value: string, purpose: string) =>
    line(`  ${name.padEnd(9)} ${colors.cyan(value.padEnd(30))} ${colors.dim(purpose)}`);
  line(colors.bold("dashstream demo"));
  row("stream", streamUrl(origin), `dashstream tail --url ${streamUrl(origin)}`);
  row("health", `${origin}/health`, "also /metrics, /version, /readyz");
  row("kafka", bootstrap, `embedded, topic ${topic}`);
}

/** Shows a line a second until it is interrupted or `seconds` (0 = no end) have passed. */
async function watch(
  demo: Demo,
  { clock, printer, interrupted }: CliContext,
  seconds: number,
  quiet: boolean,
): Promise<void> {
  let last = { delivered: 0, atMs: clock.monotonicMs() };
  const show = () => {
    const progress = demo.progress();
    const now = { delivered: progress.delivered, atMs: clock.monotonicMs() };
    const rate = ((now.delivered - last.delivered) * 1000) / (now.atMs - last.atMs);
    last = now;
    printer.status(progressText(progress, rate));
  };
  const timer = quiet ? null : clock.every(STATUS_INTERVAL_MS, show);
  if (seconds > 0) await clock.sleep(seconds * 1000, interrupted);
  else await aborted(interrupted);
  timer?.cancel();
}

const latencyText = (ms: number | null) => (ms === null ? "-" : `${ms.toFixed(1)} ms`);

function progressText(progress: DemoProgress, ratePerSecond: number): string {
  const { produced, delivered, latencyP99Ms, clients, deadLetters, gaps } = progress;
  return [
    `produced ${produced}`,
    `delivered ${delivered}`,
    `${Math.round(ratePerSecond)}/s`,
    `p99 ${latencyText(latencyP99Ms)}`,
    `clients ${clients}`,
    `dead letters ${deadLetters}`,
    `gaps ${gaps}`,
  ].join("  ");
}

function printSummary(summary: DemoSummary, { line, colors }: Printer): void {
  const { produced, delivered, lost, duplicated, gaps, deadLetters, latencyP99Ms, elapsedMs } = summary;
  const good = lost + duplicated === 0;
  const verdict = good
    ? colors.green("everything was delivered once")
    : colors.red("the delivery is not complete");
  line(`${verdict}: produced ${produced}, delivered ${delivered}, lost ${lost}, duplicated ${duplicated}`);
  const seconds = (elapsedMs / 1000).toFixed(1);
  line(`gaps ${gaps}, dead letters ${deadLetters}, p99 ${latencyText(latencyP99Ms)}, ${seconds} s`);
}

function summaryJson(summary: DemoSummary): object {
  return {
    produced: summary.produced,
    delivered: summary.delivered,
    lost: summary.lost,
    duplicated: summary.duplicated,
    gaps: summary.gaps,
    dead_letters: summary.deadLetters,
    unsent: summary.unsent,
    latency_p99_ms: summary.latencyP99Ms,
    elapsed_ms: Math.round(summary.elapsedMs),
  };
}
