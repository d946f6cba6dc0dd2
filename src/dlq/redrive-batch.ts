// One batch of letters: what is missing is read from their sources, then they are sent and noted. Records of one
// partition keep their order; partitions do not wait for each other.

import { describeError } from "../errors.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Random } from "../runtime/random.ts";
import { inRequests } from "../stream/request-size.ts";
import type { WritableRecord } from "../stream/topic-writer.ts";
import { counted } from "./counted.ts";
import type { Ledger } from "./ledger.ts";
import { type LedgerEntry, sentLetter } from "./ledger-lines.ts";
import type { DeadLetterView } from "./letter.ts";
import type { OriginalRecord } from "./original-record.ts";
import type { RecordReader } from "./read-letters.ts";
import { sendRecords, type Write } from "./record-sender.ts";
import type { RedrivePace } from "./redrive-pace.ts";
import type { RedriveTally } from "./redrive-report.ts";
import type { RedriveTargets } from "./redrive-targets.ts";
import { recordBytes, redrivenRecord } from "./redriven-record.ts";
import { restoreAll } from "./restore-all.ts";

/** Where records are written and noted. */
export interface RedriveExecution {
  readonly write: Write<WritableRecord>;
  readonly ledger: Ledger;
}

export interface SendContext {
  readonly reader: RecordReader;
  readonly maxHops: number;
  readonly keepTimestamp: boolean;
  /** `null` = as fast as possible. */
  readonly pace: RedrivePace | null;
  /** `null` makes it a dry run. */
  readonly execution: RedriveExecution | null;
  readonly tally: RedriveTally;
  readonly clock: Clock;
  readonly random: Random;
  readonly patienceMs: number;
  readonly signal: AbortSignal;
  readonly onNote: (text: string) => void;
  /** Called again and again while the rate makes it wait. */
  readonly onWait: () => void;
}

interface Item {
  readonly letter: DeadLetterView;
  readonly topic: string;
}

/** A letter with the record that is made of it. */
interface Outgoing extends Item {
  readonly original: OriginalRecord;
  readonly record: WritableRecord;
}

/** One request holds no more than this, well below what topics accept by default (1 MiB); a larger record goes alone. */
const MAX_REQUEST_BYTES = 256 * 1024;
/** Letters of a batch and their values together: it is sent though it is not full, so that memory is bounded. */
const MAX_BATCH_BYTES = 8 * 1024 * 1024;
/** Of a value that is at its source, if the letter does not tell. */
const ASSUMED_BYTES = 64 * 1024;

export class RedriveBatch {
  readonly #targets: RedriveTargets;
  readonly #items: Item[] = [];
  #bytes = 0;

  constructor(targets: RedriveTargets) {
    this.#targets = targets;
  }

  get size(): number {
    return this.#items.length;
  }

  get isLarge(): boolean {
    return this.#bytes >= MAX_BATCH_BYTES;
  }

  add(letter: DeadLetterView, topic: string): void {
    this.#items.push({ letter, topic });
    this.#bytes += letter.record.value?.length ?? 0;
    if (letter.payload.kind === "source") this.#bytes += letter.payload.sizeBytes ?? ASSUMED_BYTES;
  }

  /**
   * Sends what can be sent and counts the rest; without an execution only counts.
   * @throws DashstreamError if Kafka or the ledger fails; what was acknowledged before is in the ledger
   */
  async send(context: SendContext): Promise<void> {
    const outgoing = await this.#prepare(context);
    const { execution, pace, signal, tally, onWait } = context;
    if (outgoing.length === 0) return;
    if (execution === null) {
      for (const { letter, original } of outgoing) tally.send(letter, original);
      return;
    }
    if (pace !== null && !(await pace.take(outgoing.length, signal, onWait))) return;
    const open = new Set(outgoing);
    const acknowledged: Outgoing[] = [];
    const lanes = lanesOf(outgoing).map(async (requests) => {
      for (const request of requests) {
        acknowledged.push(...(await deliver(request, context, execution)));
        for (const item of request) open.delete(item);
      }
    });
    const outcomes = await Promise.allSettled(lanes);
    for (const { letter, original } of acknowledged) tally.send(letter, original);
    if (acknowledged.length > 0) await execution.ledger.append(acknowledged.map(entryOf));
    const failure = outcomes.find((outcome) => outcome.status === "rejected");
    if (failure === undefined) return;
    const why = describeError(failure.reason);
    for (const { letter } of open) tally.fail(letter, "kafka_error", why);
    throw failure.reason;
  }

  /** The records of all letters that can be had and have somewhere to go. */
  async #prepare({
    reader,
    maxHops,
    keepTimestamp,
    signal,
    tally,
  }: SendContext): Promise<readonly Outgoing[]> {
    const outgoing: Outgoing[] = [];
    for (const { item, restored } of await restoreAll(reader, this.#items, signal)) {
      const { letter, topic } = item;
      if (!restored.ok) {
        tally.skip(letter, restored.cause, restored.why);
        continue;
      }
      const { original } = restored;
      if (original.hops >= maxHops) {
        tally.skip(letter, "max_hops", `was redriven ${counted(original.hops, "time")}`);
        continue;
      }
      const choice = await this.#targets.choose(topic, letter);
      if (choice.ok) {
        const record = redrivenRecord(original, choice.target, keepTimestamp);
        outgoing.push({ ...item, original, record });
      } else tally.skip(letter, choice.cause, choice.why);
    }
    return outgoing;
  }
}

/** Sends one request and gives what was acknowledged. */
async function deliver(
  request: readonly Outgoing[],
  { clock, random, patienceMs, signal, tally, onNote }: SendContext,
  { write }: RedriveExecution,
): Promise<readonly Outgoing[]> {
  const [first] = request;
  if (first === undefined) return [];
  const onRetry = (error: unknown) =>
    onNote(`topic ${first.topic}: trying again after: ${describeError(error)}`);
  const refused = await sendRecords(first.topic, request, {
    write: (topic, items) =>
      write(
        topic,
        items.map(({ record }) => record),
      ),
    clock,
    random,
    patienceMs,
    signal,
    onRetry,
  });
  for (const { record: item, cause, why } of refused) {
    tally.fail(item.letter, cause, cause === "too_large" ? `${recordBytes(item.record)} bytes` : why);
  }
  const left = new Set(refused.map(({ record: item }) => item));
  return request.filter((item) => !left.has(item));
}

/** Requests by target topic and partition, each lane in the order of the letters. */
function lanesOf(outgoing: readonly Outgoing[]): readonly (readonly (readonly Outgoing[])[])[] {
  const lanes = Map.groupBy(outgoing, ({ topic, record }) => `${topic} ${record.partition ?? "by key"}`);
  return [...lanes.values()].map((lane) =>
    inRequests(lane, ({ record }) => recordBytes(record), MAX_REQUEST_BYTES),
  );
}

function entryOf({ letter, topic, original }: Outgoing): LedgerEntry {
  return { ...sentLetter(letter.record, topic), recordId: original.recordId };
}
