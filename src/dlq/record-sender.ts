// Sends records until Kafka has acknowledged them: tries again with growing pauses for a bounded time, divides what is
// too large for one request, and singles out what Kafka will never take.

import { DashstreamError, describeError } from "../errors.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Random } from "../runtime/random.ts";
import { backoffMs } from "../stream/backoff.ts";
import { isRecordRefused, isTooLarge } from "../stream/infrastructure-errors.ts";
import { counted } from "./counted.ts";

/** Writes to one topic; resolves when all records are acknowledged. */
export type Write<R> = (topic: string, records: readonly R[]) => Promise<void>;

export interface SenderOptions<R> {
  readonly write: Write<R>;
  readonly clock: Clock;
  readonly random: Random;
  /** How long to try again after the first failure. */
  readonly patienceMs: number;
  /** Stops the trying. */
  readonly signal: AbortSignal;
  readonly onRetry: (error: unknown) => void;
}

/** A record that Kafka does not take, for its size or for what it is. */
export interface RefusedRecord<R> {
  readonly record: R;
  readonly cause: "too_large" | "refused";
  readonly why: string;
}

/** However long one attempt takes, there are so many. */
const MIN_ATTEMPTS = 2;

/**
 * Sends `records` and gives those that Kafka refuses.
 * @throws DashstreamError `kafka_request_failed` if the last attempt failed too; some records may have been written
 */
export async function sendRecords<R>(
  topic: string,
  records: readonly R[],
  options: SenderOptions<R>,
): Promise<readonly RefusedRecord<R>[]> {
  try {
    await persist(topic, records, options);
    return [];
  } catch (error) {
    const cause = refusalOf(error);
    if (cause === null) throw error;
    if (records.length === 1) return records.map((record) => ({ record, cause, why: describeError(error) }));
    const middle = records.length >> 1;
    const first = await sendRecords(topic, records.slice(0, middle), options);
    return [...first, ...(await sendRecords(topic, records.slice(middle), options))];
  }
}

function refusalOf(error: unknown): RefusedRecord<unknown>["cause"] | null {
  if (isTooLarge(error)) return "too_large";
  return isRecordRefused(error) ? "refused" : null;
}

async function persist<R>(topic: string, records: readonly R[], options: SenderOptions<R>): Promise<void> {
  const { write, clock, random, patienceMs, signal, onRetry } = options;
  const startMs = clock.monotonicMs();
  for (let failures = 1; ; failures++) {
    try {
      return await write(topic, records);
    } catch (cause) {
      if (refusalOf(cause) !== null) throw cause;
      const isOver = failures >= MIN_ATTEMPTS && clock.monotonicMs() - startMs >= patienceMs;
      if (isOver || !(await clock.sleep(backoffMs(failures, random), signal))) {
        const what = `topic ${topic}: ${counted(records.length, "record")} ${records.length === 1 ? "was" : "were"} not acknowledged`;
        throw new DashstreamError("kafka_request_failed", `${what}: ${describeError(cause)}`, { cause });
      }
      onRetry(cause);
    }
  }
}
