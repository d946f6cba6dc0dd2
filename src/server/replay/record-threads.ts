// Under which threads a record is found again.

import type { Inspector } from "../../wire/inspector.ts";
import type { ReplayThread } from "./redis-records.ts";

const NONE: readonly ReplayThread[] = [];

/** The threads of the record that was inspected last, each with the highest of its sequence numbers in there. */
export function threadsOf(inspector: Pick<Inspector, "headers" | "header">): readonly ReplayThread[] {
  const first = inspector.header(0);
  if (first === undefined || inspector.headers === 0) return NONE;
  if (inspector.headers === 1) return [{ threadId: first.threadId, sequence: first.sequence }];
  const highest = new Map<string, number>();
  for (let i = 0; i < inspector.headers; i++) {
    const header = inspector.header(i);
    if (header === undefined) continue;
    const { threadId, sequence } = header;
    highest.set(threadId, Math.max(sequence, highest.get(threadId) ?? 0));
  }
  return [...highest].map(([threadId, sequence]) => ({ threadId, sequence }));
}
