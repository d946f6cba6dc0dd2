// `dashstream sim`: believable traffic into a topic of any Kafka cluster.

import { type Command, Option } from "commander";
import type { ArrivalProfile } from "../../sim/traffic/arrival.ts";
import type { TrafficProgress } from "../../sim/traffic/delivery.ts";
import type { TrafficSummary } from "../../sim/traffic/director.ts";
import { describeError } from "../errors.ts";
import { seededRandom } from "../runtime/random.ts";
import { kafkaSettings } from "../server/kafka-config.ts";
import { type CompressionOptions, DEFAULT_COMPRESSION } from "../wire/frame.ts";
import { defineCommand, wholeNumber } from "./command.ts";
import { commandLog } from "./command-log.ts";
import type { CliContext, ExitCode } from "./context.ts";
import { addOptionFlags, loadCommandConfig } from "./option-flags.ts";
import type { Printer } from "./printer.ts";
import type { FaultHits } from "./sim-faults.ts";

interface Flags {
  readonly rate: number;
  readonly tenants: number;
  readonly threads: number;
  readonly arrival: ArrivalProfile;
  readonly compression: keyof typeof COMPRESSIONS;
  readonly batchSize: number;
  readonly seed?: number;
  readonly duration?: number;
  readonly count?: number;
  readonly fault?: readonly string[];
  readonly listFaults?: true;
  readonly json?: true;
}

/** Of single values, as producers of telemetry do it. */
const COMPRESSIONS = {
  zstd: DEFAULT_COMPRESSION,
  none: { ...DEFAULT_COMPRESSION, thresholdBytes: Number.POSITIVE_INFINITY },
} satisfies Record<string, CompressionOptions>;
const ARRIVALS: readonly ArrivalProfile[] = ["steady", "poisson", "bursty"];
const MAX_RATE = 1_000_000;
const SEED_LIMIT = 2 ** 31;
const STATUS_INTERVAL_MS = 1_000;
/** Faults draw from a sequence of their own. */
const FAULT_SEED = 0xfa17;

/** What a run did. */
interface Outcome {
  readonly summary: TrafficSummary;
  readonly seed: number;
  readonly faults: FaultHits;
}

export const simCommand = defineCommand({
  name: "sim",
  description: [
    "Send simulated graph runs to a Kafka topic.",
    "",
    "Every record is sent until Kafka acknowledges it. Runs until it is interrupted unless a count or duration is given.",
    "Faults break the traffic on purpose, from its beginning to its end; what each did is counted in the summary.",
  ].join("\n"),
  exitCodes: {
    0: "all was acknowledged",
    1: "records had to be given up or were refused, Kafka does not answer, or it has no such topic and does not create it",
  },
  examples: [
    ["sim", "200 records a second to 127.0.0.1:9092"],
    ["sim --kafka-brokers kafka:9092 --kafka-topic telemetry --rate 5000", "another cluster"],
    ["sim --count 10000 --seed 7 --json", "the same 10,000 records each time"],
    ["sim --arrival bursty --duration 60", "a minute of bursts"],
    ["sim --fault sequence-gap --fault corrupt-payload:share=0.03,kind=truncate", "broken producers"],
    ["sim --list-faults", "what can be broken"],
  ],
  configure: (command) => {
    command
      .option("--rate <number>", "records a second", wholeNumber(1, MAX_RATE), 200)
      .option("--tenants <number>", "tenants", wholeNumber(1, 10_000), 3)
      .option("--threads <number>", "graph runs going on at the same time", wholeNumber(1, 100_000), 20)
      .addOption(
        new Option("--arrival <profile>", "how records are spread over time")
          .choices(ARRIVALS)
          .default("steady"),
      )
      .addOption(
        new Option("--compression <codec>", "of values above 512 bytes")
          .choices(Object.keys(COMPRESSIONS))
          .default("zstd"),
      )
      .option(
        "--batch-size <number>",
        "consecutive events that travel as one message",
        wholeNumber(1, 1000),
        1,
      )
      .option(
        "--seed <number>",
        "makes the same runs again (their times differ); default: others each time",
        wholeNumber(0, SEED_LIMIT),
      )
      .option("--duration <seconds>", "ends after so long", wholeNumber(1, 10_000_000))
      .option(
        "--count <number>",
        "ends after so many records, counted before faults take or add some",
        wholeNumber(1),
      )
      .option(
        "--fault <name[:key=value,...]>",
        "breaks the traffic; may be given several times",
        (text: string, previous: readonly string[] = []) => [...previous, text],
      )
      .option("--list-faults", "shows the faults and their parameters, and sends nothing")
      .option("--json", "only the summary, as one JSON object");
    addOptionFlags(command, "sim");
  },
  action: sim,
});

async function sim(context: CliContext, command: Command): Promise<ExitCode> {
  const { clock, network, printer, interrupted } = context;
  const flags = command.opts<Flags>();
  const { SimFaults, printFaults } = await import("./sim-faults.ts");
  if (flags.listFaults) {
    printFaults(printer, flags.json ?? false);
    return 0;
  }
  const faults = new SimFaults(flags.fault ?? []);
  const { config } = loadCommandConfig(context, command, "sim");
  const { seed = context.random.int(SEED_LIMIT) } = flags;
  const log = commandLog(context, "sim", config);
  const random = seededRandom(seed);
  const [{ createTraffic }, { sendTraffic }] = await Promise.all([
    import("../../sim/traffic/traffic.ts"),
    import("../../sim/traffic/topic-traffic.ts"),
  ]);
  const { tenants, threads, batchSize, rate, arrival, count, duration } = flags;
  const compression = COMPRESSIONS[flags.compression];
  const summary = await sendTraffic({
    settings: { ...kafkaSettings(config), clientId: "dashstream-sim" },
    topic: config.kafkaTopic,
    network,
    clock,
    random,
    log,
    source: createTraffic({ random, clock, tenants, threads, batchSize, compression }),
    ratePerSecond: rate,
    arrival,
    signal: interrupted,
    onStart: (traffic) => {
      const faultRandom = seededRandom(seed ^ FAULT_SEED);
      return faults.apply(traffic, { clock, random: faultRandom, log, config });
    },
    ...(count === undefined ? {} : { count }),
    ...(duration === undefined ? {} : { durationMs: duration * 1000 }),
    ...(flags.json ? {} : { onProgress: progressLine(context) }),
  });
  log.close();
  const outcome = { summary, seed, faults: faults.hits() };
  if (flags.json) printer.json(outcomeJson(outcome));
  else printOutcome(outcome, printer);
  return summary.unsent + refusedCount(summary) > 0 ? 1 : 0;
}

/** Shows progress once a second at most. */
function progressLine({ clock, printer }: CliContext): (progress: TrafficProgress) => void {
  let last = { produced: 0, atMs: clock.monotonicMs() };
  return ({ produced, failedSends, lastError }) => {
    const now = { produced, atMs: clock.monotonicMs() };
    if (now.atMs - last.atMs < STATUS_INTERVAL_MS) return;
    const rate = Math.round(((now.produced - last.produced) * 1000) / (now.atMs - last.atMs));
    last = now;
    const failures = failedSends === 0 ? "" : `  failed sends ${failedSends}: ${describeError(lastError)}`;
    printer.status(`produced ${produced}  ${rate}/s${failures}`);
  };
}

function printOutcome({ summary, seed, faults }: Outcome, { line }: Printer): void {
  const { produced, producedBytes, failedSends, refused, unsent, elapsedMs } = summary;
  const seconds = elapsedMs / 1000;
  const rate = Math.round(produced / Math.max(seconds, 0.001));
  line(`produced ${produced} records (${producedBytes} bytes) in ${seconds.toFixed(1)} s, ${rate}/s`);
  line(`failed sends ${failedSends}, given up ${unsent}, seed ${seed}`);
  if (refusedCount(summary) > 0) {
    line(
      `refused by Kafka ${refusedCount(summary)}: too large ${refused.tooLarge}, invalid ${refused.invalid}`,
    );
    if (refused.tooLarge > 0)
      line("larger records need a topic that takes them: raise its max.message.bytes");
  }
  for (const [name, hits] of faults) line(`fault ${name}: ${hits} records`);
}

function refusedCount({ refused }: TrafficSummary): number {
  return refused.tooLarge + refused.invalid;
}

function outcomeJson({ summary, seed, faults }: Outcome): object {
  return {
    produced: summary.produced,
    produced_bytes: summary.producedBytes,
    failed_sends: summary.failedSends,
    refused: { too_large: summary.refused.tooLarge, invalid: summary.refused.invalid },
    unsent: summary.unsent,
    elapsed_ms: Math.round(summary.elapsedMs),
    seed,
    faults: Object.fromEntries([...faults].map(([name, hits]) => [name, { hits }])),
    last_error: summary.lastError === null ? null : describeError(summary.lastError),
  };
}
