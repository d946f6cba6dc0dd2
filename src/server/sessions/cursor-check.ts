// Whether cursors belong to the log that is there now. One that lies beyond the end of its partition comes from a
// server that read further, or from a log that is no more; Kafka knows which. One that carries the fingerprint of its
// record belongs to another log if another record lies there now.

import { type Fingerprint, valueChecksum } from "../../wire/fingerprint.ts";
import type { SessionContext } from "./session-context.ts";

export type StaleReason = "beyond_end" | "fingerprint";

export interface CursorCheck {
  readonly offsets: ReadonlyMap<number, number>;
  readonly fingerprints: ReadonlyMap<number, Fingerprint>;
}

/** True if the check cannot be made from what is known here and now. */
export function needsChecking(context: SessionContext, { offsets, fingerprints }: CursorCheck): boolean {
  return fingerprints.size > 0 || beyondEnd(context, offsets).length > 0;
}

/** The partitions whose cursor is of another log, with how that shows. */
export async function findStale(
  context: SessionContext,
  { offsets, fingerprints }: CursorCheck,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, StaleReason>> {
  const stale = new Map<number, StaleReason>();
  if (beyondEnd(context, offsets).length > 0 && (await context.refreshLogEnds())) {
    for (const partition of beyondEnd(context, offsets)) stale.set(partition, "beyond_end");
  }
  const asked = [...fingerprints].filter(([partition]) => !stale.has(partition));
  const same = await Promise.all(
    asked.map(([partition, print]) => matches(context, partition, print, signal)),
  );
  asked.forEach(([partition], index) => {
    if (same[index] === false) stale.set(partition, "fingerprint");
  });
  return stale;
}

function beyondEnd(context: SessionContext, offsets: ReadonlyMap<number, number>): readonly number[] {
  return [...offsets].flatMap(([partition, offset]) => {
    const end = context.logEnd(partition);
    return end !== null && offset >= end ? [partition] : [];
  });
}

/** Whether the record lies where it lay; true also where nobody can tell, because it is gone or not read here. */
function matches(
  { ring, pages, logEnd }: SessionContext,
  partition: number,
  { offset, crc32c: expected }: Fingerprint,
  signal: AbortSignal,
): Promise<boolean> {
  const span = ring.spans.get(partition);
  // What the log has and this server has not come to yet is asked for like what it no longer has.
  if (!span || offset >= Math.max(span.nextOffset, logEnd(partition) ?? 0)) return Promise.resolve(true);
  const position = ring.find(partition, offset);
  if (position >= 0) return Promise.resolve(valueChecksum(ring.valueAt(position)) === expected);
  if (offset >= span.coveredFrom && offset < span.nextOffset) return Promise.resolve(true);
  return new Promise((resolve) => {
    const withdraw = pages.request(partition, offset, offset + 1, (answer) => {
      signal.removeEventListener("abort", withdraw);
      if (answer.kind === "missing") return resolve(true);
      const record = answer.page.records.find((candidate) => candidate.offset === offset);
      resolve(record === undefined || valueChecksum(record.value) === expected);
    });
    signal.addEventListener("abort", withdraw, { once: true });
  });
}
