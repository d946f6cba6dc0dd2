import { describe, expect, test } from "bun:test";
import { type SenderOptions, sendRecords } from "../../src/dlq/record-sender.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";

const tooLarge = Object.assign(new Error("too large"), { type: "MESSAGE_TOO_LARGE" });
const impossible = Object.assign(new Error("no time"), { type: "INVALID_TIMESTAMP" });
const refused = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });

interface Rig {
  readonly clock: ManualClock;
  readonly attempts: number[][];
  readonly retries: unknown[];
  readonly options: SenderOptions<number>;
}

/** Sends numbers; `answer` says what Kafka does with an attempt. */
function rig(
  answer: (records: readonly number[], attempt: number) => Error | null,
  signal?: AbortSignal,
): Rig {
  const clock = manualClock();
  const attempts: number[][] = [];
  const retries: unknown[] = [];
  const options: SenderOptions<number> = {
    write: async (_, records) => {
      attempts.push([...records]);
      const error = answer(records, attempts.length);
      if (error !== null) throw error;
    },
    clock,
    random: seededRandom(1),
    patienceMs: 10_000,
    signal: signal ?? new AbortController().signal,
    onRetry: (error) => retries.push(error),
  };
  return { clock, attempts, retries, options };
}

/** Moves time on until `work` has ended. */
async function untilDone<T>(clock: ManualClock, work: Promise<T>): Promise<T> {
  let done = false;
  const ended = work.finally(() => {
    done = true;
  });
  // Whoever awaits the result gets the error.
  ended.catch(() => {});
  while (!done) {
    clock.advance(250);
    await Promise.resolve();
  }
  return ended;
}

describe("sending", () => {
  test("tries again until Kafka has acknowledged everything", async () => {
    const { clock, attempts, retries, options } = rig((_, attempt) => (attempt < 4 ? refused : null));
    expect(await untilDone(clock, sendRecords("t", [1, 2], options))).toEqual([]);
    expect(attempts).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
      [1, 2],
    ]);
    expect(retries).toEqual([refused, refused, refused]);
  });

  test("gives up when its patience is over, with the last reason", async () => {
    const { clock, attempts, options } = rig(() => refused);
    const sending = untilDone(clock, sendRecords("t", [1], options));
    await expect(sending).rejects.toMatchObject({
      code: "kafka_request_failed",
      message: "topic t: 1 record was not acknowledged: refused",
      cause: refused,
    });
    expect(clock.monotonicMs()).toBeGreaterThanOrEqual(10_000);
    expect(attempts.length).toBeGreaterThan(4);
  });

  test("tries twice, however long one attempt takes", async () => {
    const slow = rig(() => {
      slow.clock.advance(30_000);
      return refused;
    });
    await expect(untilDone(slow.clock, sendRecords("t", [1], slow.options))).rejects.toThrow("refused");
    expect(slow.attempts.length).toBe(2);
  });

  test("does not wait for another attempt once it is asked to end", async () => {
    const ending = new AbortController();
    const { attempts, options } = rig(() => refused, ending.signal);
    const sending = sendRecords("t", [1], options);
    ending.abort();
    await expect(sending).rejects.toThrow("refused");
    expect(attempts.length).toBe(1);
  });

  test("divides what is too large together, and keeps the order", async () => {
    const { attempts, options } = rig((records) => (records.length > 2 ? tooLarge : null));
    expect(await sendRecords("t", [1, 2, 3, 4, 5], options)).toEqual([]);
    expect(attempts.filter((records) => records.length <= 2)).toEqual([[1, 2], [3], [4, 5]]);
  });

  test("gives back the single records that Kafka does not take, and sends the others", async () => {
    const { attempts, options } = rig((records) => (records.includes(3) ? tooLarge : null));
    expect(await sendRecords("t", [1, 2, 3, 4], options)).toEqual([
      { record: 3, cause: "too_large", why: "too large" },
    ]);
    expect(attempts).toContainEqual([1, 2]);
    expect(attempts).toContainEqual([4]);
  });

  test("singles out a record that Kafka will never take, without trying it again and again", async () => {
    const { attempts, retries, options } = rig((records) => (records.includes(2) ? impossible : null));
    expect(await sendRecords("t", [1, 2, 3, 4], options)).toEqual([
      { record: 2, cause: "refused", why: "no time" },
    ]);
    expect(attempts).toEqual([[1, 2, 3, 4], [1, 2], [1], [2], [3, 4]]);
    expect(retries).toEqual([]);
  });
});
