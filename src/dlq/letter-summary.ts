// A dead letter in one line's worth: what lists show. Holds nothing of the record itself, so that many can be kept.

import type { DeadLetterView } from "./letter.ts";

export interface LetterSummary {
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
  readonly family: DeadLetterView["family"];
  readonly errorType: string | null;
  readonly errorText: string | null;
  readonly source: DeadLetterView["source"];
  readonly tenantId: string | null;
  readonly threadId: string | null;
  readonly sequence: string | null;
  readonly traceId: string | null;
  readonly hops: number;
  readonly recordId: string | null;
  readonly payload: DeadLetterView["payload"]["kind"];
  readonly sha256: string | null;
}

const MAX_ERROR_LENGTH = 500;

/** Long error texts are cut. */
export function summaryOf(letter: DeadLetterView): LetterSummary {
  const { record, family, errorType, errorText, source, payload, hops, recordId, sha256 } = letter;
  const { tenantId, threadId, sequence, traceId } = letter;
  const { partition, offset, timestampMs } = record;
  return {
    partition,
    offset,
    timestampMs,
    family,
    errorType,
    errorText: errorText === null ? null : shortened(errorText),
    source,
    tenantId,
    threadId,
    sequence,
    traceId,
    hops,
    recordId,
    payload: payload.kind,
    sha256,
  };
}

function shortened(text: string): string {
  return text.length > MAX_ERROR_LENGTH ? `${text.slice(0, MAX_ERROR_LENGTH - 1)}…` : text;
}
