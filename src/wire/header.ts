// The header of a message as far as the pipeline needs it.

/** Fields of `Header` read off the wire. A view is only valid until the next value is inspected. */
export interface HeaderView {
  /** As on the wire: not trimmed, not shortened. Empty = unsequenced. */
  readonly threadId: string;
  readonly tenantId: string;
  /** Exact up to 2^53-1; larger wire values are rounded to the nearest double. 0 = unsequenced. */
  readonly sequence: number;
  /** The exact unsigned decimal text of the sequence. */
  readonly sequenceText: string;
  /** Producer wall clock in microseconds since the Unix epoch; 0 or negative = unknown. */
  readonly timestampUs: number;
  /** As on the wire; 0 = absent, which counts as version 1. */
  readonly schemaVersion: number;
  /** `MessageType` as on the wire. */
  readonly messageType: number;
}
