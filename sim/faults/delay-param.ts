// Times as parameters of faults.

import { z } from "zod";

/** Longer than anybody waits. */
const MAX_MS = 3_600_000;

/** `of` completes "How late ... come". */
export function delayParam(fallbackMs: number, of: string) {
  return z.number().gt(0).max(MAX_MS).default(fallbackMs).describe(`How late ${of} come, milliseconds`);
}
