// Sends dead letters back where they came from, at least once each: read in order, put together, sent in batches, and
// noted in the ledger before the next batch leaves. What is not sent is counted by cause. Letters that arrive after
// it began are left for the next run, so that a record which is still bad is not sent in a circle.

import { DashstreamError, describeError, type ErrorCode } from "../errors.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Random } from "../runtime/random.ts";
import type { KafkaAdmin, PartitionRange } from "../stream/kafka-admin.ts";
import { counted } from "./counted.ts";
import { type LetterFilter, matches } from "./filter.ts";
import type { LedgerIndex } from "./ledger-index.ts";
import { sentLetter } from "./ledger-lines.ts";
import type { DeadLetterView } from "./letter.ts";
import { offsetCount } from "./letter-ranges.ts";
import type { LetterSource } from "./read-letters.ts";
import { RedriveBatch, type RedriveExecution, type SendContext } from "./redrive-batch.ts";
import { RedrivePace } from "./redrive-pace.ts";
import { type RedriveReport, RedriveTally } from "./redrive-report.ts";
import { RedriveTargets, type TargetOptions } from "./redrive-targets.ts";
import { SeenTypes } from "./seen-types.ts";
import { lettersInSourceOrder } from "./source-order.ts";

export interface RedriveOptions extends TargetOptions {
  readonly filter: LetterFilter;
  /** Letters whose record was redriven so often are left. */
  readonly maxHops: number;
  /** Records a second; `null` = as fast as possible. */
  readonly ratePerSecond: number | null;
  /** Letters that are sent, and noted, together. */
  readonly batchSize: number;
  /** Sends again what the ledger says was sent. */
  readonly includeSent: boolean;
  /** Gives records their original time instead of that of the writing. */
  readonly keepTimestamp: boolean;
}

export interface RedriveProgress {
  readonly considered: number;
  /** Offsets in all, which is at least the number of letters. */
  readonly total: number;
  readonly sent: number;
}

export interface RedriveDeps {
  /** Its signal ends the run after the batch under way. */
  readonly source: LetterSource & { readonly signal: AbortSignal };
  /** What to look at in each partition. */
  readonly ranges: readonly PartitionRange[];
  readonly admin: Pick<KafkaAdmin, "partitionCount">;
  readonly sent: LedgerIndex;
  /** `null` makes it a dry run. */
  readonly execution: RedriveExecution | null;
  readonly clock: Clock;
  readonly random: Random;
  /** How long Kafka may refuse a batch before the run is given up. */
  readonly patienceMs: number;
  /** Called for each letter and batch, and again and again while the rate makes it wait. */
  readonly onProgress: (progress: RedriveProgress) => void;
  readonly onNote: (text: string) => void;
}

/** Failures of what we depend on: they end the run, with a report. */
const STOPPING_CODES: ReadonlySet<ErrorCode> = new Set([
  "kafka_unreachable",
  "kafka_request_failed",
  "kafka_topic_missing",
  "protocol_error",
  "storage_failed",
]);

/** Runs to the end, or until it is asked to end or Kafka fails; never rejects for either. */
export async function redrive(options: RedriveOptions, deps: RedriveDeps): Promise<RedriveReport> {
  const { clock, execution, source } = deps;
  const { signal, topic } = source;
  const startMs = clock.monotonicMs();
  const tally = new RedriveTally();
  let stopped: string | null = null;
  let seenAll = false;
  try {
    seenAll = await run(options, deps, tally);
  } catch (error) {
    if (!(error instanceof DashstreamError)) throw error;
    if (STOPPING_CODES.has(error.code)) stopped = describeError(error);
    else if (error.code !== "aborted") throw error;
  }
  const elapsedMs = clock.monotonicMs() - startMs;
  return tally.report({
    topic,
    dryRun: execution === null,
    interrupted: signal.aborted && !seenAll,
    stopped,
    elapsedMs,
  });
}

/** Gives whether all letters were seen. */
async function run(options: RedriveOptions, deps: RedriveDeps, tally: RedriveTally): Promise<boolean> {
  const { source, ranges, onProgress, onNote } = deps;
  const pace = options.ratePerSecond === null ? null : new RedrivePace(deps.clock, options.ratePerSecond);
  const total = offsetCount(ranges);
  const tell = () => onProgress({ considered: tally.considered, total, sent: tally.sent });
  const context: SendContext = {
    ...deps,
    ...options,
    signal: source.signal,
    reader: source.reader,
    pace,
    tally,
    onWait: tell,
  };
  const targets = new RedriveTargets(deps.admin, options);
  const batchSize = Math.min(options.batchSize, pace?.maxAtOnce ?? options.batchSize);
  const types = new SeenTypes(options.filter);
  let batch = new RedriveBatch(targets);
  const finish = async () => {
    const full = batch;
    batch = new RedriveBatch(targets);
    await full.send(context);
    tell();
  };
  for await (const letter of lettersInSourceOrder(source, ranges)) {
    if (source.signal.aborted) return false;
    tally.considered++;
    types.add(letter);
    tell();
    const topic = chosenTopic(letter, targets, options, deps, tally);
    if (topic === null) continue;
    batch.add(letter, topic);
    if (batch.size >= batchSize || batch.isLarge) await finish();
  }
  if (source.signal.aborted) return false;
  await finish();
  const problem = types.problem();
  if (problem !== null) onNote(problem);
  return true;
}

/** The topic for a letter that is to be sent, as far as the letter alone can tell; else counts why not. */
function chosenTopic(
  letter: DeadLetterView,
  targets: RedriveTargets,
  { filter, maxHops, includeSent }: RedriveOptions,
  { sent }: RedriveDeps,
  tally: RedriveTally,
): string | null {
  const topic = targets.topicOf(letter);
  if (!matches(filter, letter)) tally.skip(letter, "filtered");
  else if (letter.family === "unknown") tally.skip(letter, "unknown_family");
  else if (topic === null) tally.skip(letter, "no_source");
  else if (!includeSent && sent.has(sentLetter(letter.record, topic))) tally.skip(letter, "already_sent");
  else if (letter.hops >= maxHops)
    tally.skip(letter, "max_hops", `was redriven ${counted(letter.hops, "time")}`);
  else return topic;
  return null;
}
