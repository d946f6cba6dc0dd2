// `dashstream promql eval`: one expression over series of a file, or over what a component exports right now.

import { type Command, InvalidArgumentError } from "commander";
import { DashstreamError } from "../../errors.ts";
import type { LoadedInput } from "../../promql/input/loaded-series.ts";
import type { NothingFound } from "../../promql/input/nothing-found.ts";
import { parseDuration } from "../../promql/rules/duration.ts";
import type { RangeSeries, Value } from "../../promql/value.ts";
import { defineCommand, wholeNumber } from "../command.ts";
import type { CliContext, ExitCode } from "../context.ts";
import { printable } from "../foreign-text.ts";
import { readInputFile } from "../input-file.ts";
import type { Printer } from "../printer.ts";

const MAX_TEXT_LENGTH = 2000;
/** As many points as Prometheus gives of one series. */
const MAX_POINTS = 11_000;

const DEFAULT_STEP_MS = 60_000;

interface Flags {
  readonly series?: string;
  readonly metrics?: string;
  readonly at?: AtTime;
  readonly range?: number;
  readonly step?: number;
  readonly scrapes: number;
  readonly interval: number;
  readonly json?: true;
}

/** A time, or how long after the first sample. */
type AtTime = { readonly timestampMs: number } | { readonly afterMs: number };

export const evalCommand = defineCommand({
  name: "eval",
  description: [
    "Evaluate an expression over a file of series, or over a component's metrics.",
    "",
    'FILE holds series as engine tests of Prometheus load them (load 1m, below it lines such as up{job="a"} 1 0+5x10), or the text of /metrics. --metrics asks a URL, several times if --scrapes says so, which rate() needs. --json prints what the HTTP API of Prometheus has in data.',
  ].join("\n"),
  exitCodes: {
    0: "evaluated, also if nothing was found, which a line on standard error says",
    1: "the metrics could not be had",
    2: "wrong expression, file or command line",
  },
  examples: [
    ["promql eval 'sum by (job) (up)' --series up.txt --at 5m", "five minutes after the first sample"],
    ["promql eval 'rate(requests_total[1m])' --series load.txt --range 10m --step 1m", "over ten minutes"],
    [
      "promql eval websocket_connected_clients --metrics http://localhost:3002/metrics",
      "what a server exports",
    ],
    [
      "promql eval 'rate(websocket_kafka_messages_total[1m])' --metrics http://localhost:3002/metrics --scrapes 3 --interval 5",
      "asked three times",
    ],
  ],
  configure: (command) => {
    command
      .argument("<expression>", "PromQL")
      .option("--series <file>", "series notation or text of /metrics")
      .option("--metrics <url>", "address of /metrics")
      .option(
        "--at <time>",
        "duration after the first sample, ISO time or Unix seconds; default the last sample",
        at,
      )
      .option("--range <duration>", "evaluate at each --step of this long before --at", duration)
      .option("--step <duration>", "of --range, default 1m", duration)
      .option("--scrapes <count>", "how often --metrics is asked", wholeNumber(1, 1000), 1)
      .option("--interval <seconds>", "time between scrapes", wholeNumber(1, 3600), 15)
      .option("--json", "one JSON object: resultType, result, warnings and infos");
  },
  action: evaluate,
});

async function evaluate(context: CliContext, command: Command): Promise<ExitCode> {
  const flags = command.opts<Flags>();
  const [text = ""] = command.args;
  checkFlags(flags);
  const [{ parseExpr }, { createEngine }, { valueJson, matrixJson }] = await Promise.all([
    import("../../promql/parse.ts"),
    import("../../promql/engine.ts"),
    import("../../promql/input/value-json.ts"),
  ]);
  const expr = parseExpr(text);
  const input = await readInput(context, flags);
  const engine = createEngine({ source: input.store });
  const atMs = timeOf(flags.at, input);
  const { range: rangeMs, step: stepMs = DEFAULT_STEP_MS, json } = flags;
  const scrapeCount = flags.metrics === undefined ? null : flags.scrapes;
  const nothing = { expr, text, input, engine, atMs, scrapeCount };
  if (rangeMs !== undefined) {
    const { value, ...remarks } = engine.range(expr, atMs - rangeMs, atMs, stepMs);
    if (json) context.printer.json({ ...matrixJson(value), ...remarks });
    else await printValue({ kind: "matrix", series: value }, remarks, context.printer);
    if (value.length === 0) await noteNothing(nothing, context.printer);
  } else {
    const { value, ...remarks } = engine.instant(expr, atMs);
    if (json) context.printer.json({ ...valueJson(value, atMs), ...remarks });
    else await printValue(value, remarks, context.printer);
    if (isNothing(value)) await noteNothing(nothing, context.printer);
  }
  return 0;
}

function isNothing(value: Value): boolean {
  if (value.kind === "vector") return value.samples.length === 0;
  return value.kind === "matrix" && value.series.length === 0;
}

/** Nothing is a result, and on standard output it looks like one that got lost. */
async function noteNothing(found: NothingFound, { note }: Printer): Promise<void> {
  const { whyNothing } = await import("../../promql/input/nothing-found.ts");
  note(printable(`nothing was found: ${whyNothing(found)}`, MAX_TEXT_LENGTH));
}

function checkFlags({ series, metrics, range, step: givenStep, scrapes }: Flags): void {
  const step = givenStep ?? DEFAULT_STEP_MS;
  if (givenStep !== undefined && range === undefined)
    throw new DashstreamError("usage", "--step needs --range");
  if ((series === undefined) === (metrics === undefined)) {
    throw new DashstreamError("usage", "give one of --series FILE and --metrics URL");
  }
  if (metrics !== undefined && !/^https?:$/.test(URL.parse(metrics)?.protocol ?? "")) {
    throw new DashstreamError("usage", `--metrics is "${metrics}", expected http://host:port/metrics`);
  }
  if (metrics === undefined && scrapes > 1) throw new DashstreamError("usage", "--scrapes needs --metrics");
  if (step <= 0) throw new DashstreamError("usage", "--step must be more than 0");
  if (range !== undefined && range / step > MAX_POINTS) {
    throw new DashstreamError("usage", `--range has more than ${MAX_POINTS} steps; give a longer --step`);
  }
}

async function readInput(context: CliContext, flags: Flags): Promise<LoadedInput> {
  if (flags.metrics !== undefined) {
    const { scrapeSeries } = await import("./scrape.ts");
    return scrapeSeries(context, {
      url: flags.metrics,
      count: flags.scrapes,
      intervalMs: flags.interval * 1000,
    });
  }
  const { file, text } = readInputFile(context.readFile, flags.series ?? "");
  const { loadSeries } = await import("../../promql/input/loaded-series.ts");
  return loadSeries(text, file, context.clock.nowMs());
}

function timeOf(time: AtTime | undefined, { startMs, endMs }: LoadedInput): number {
  if (time === undefined) return endMs;
  return "afterMs" in time ? startMs + time.afterMs : time.timestampMs;
}

async function printValue(
  value: Value | { readonly kind: "matrix"; readonly series: readonly RangeSeries[] },
  { warnings, infos }: { readonly warnings: readonly string[]; readonly infos: readonly string[] },
  { line, note, colors }: Printer,
): Promise<void> {
  const { valueText } = await import("../../promql/input/value-json.ts");
  const clean = (text: string) => printable(text, MAX_TEXT_LENGTH);
  switch (value.kind) {
    case "scalar":
      line(valueText(value.value));
      break;
    case "string":
      line(clean(value.value));
      break;
    case "vector":
      for (const sample of value.samples) line(`${clean(String(sample.labels))} ${valueText(sample.value)}`);
      break;
    case "matrix":
      for (const { labels, points } of value.series) {
        line(clean(String(labels)));
        for (const point of points)
          line(`  ${colors.dim(timeText(point.timestampMs))} ${valueText(point.value)}`);
      }
  }
  for (const text of [...warnings, ...infos]) note(clean(text));
}

/** Times of series without a date are shown as seconds from their beginning. */
function timeText(timestampMs: number): string {
  const isDate = timestampMs >= Date.UTC(2000, 0);
  return isDate ? new Date(timestampMs).toISOString() : `${timestampMs / 1000}s`;
}

function duration(text: string): number {
  const parsed = parseDuration(text);
  if ("ms" in parsed) return parsed.ms;
  throw new InvalidArgumentError("expected a duration such as 30s, 5m or 1h30m");
}

function at(text: string): AtTime {
  const after = parseDuration(text);
  if ("ms" in after) return { afterMs: after.ms };
  const isSeconds = /^-?\d{1,12}(?:\.\d{1,3})?$/.test(text);
  const timestampMs = isSeconds ? Number(text) * 1000 : Date.parse(text);
  if (isSeconds || (/^\d{4}-\d\d-\d\dT.*(?:Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(timestampMs))) {
    return { timestampMs: Math.round(timestampMs) };
  }
  throw new InvalidArgumentError(
    "expected a duration after the first sample (5m), Unix seconds, or a time with its zone (2026-05-01T12:00:00Z)",
  );
}
