// What filters and resumes by thread need to know of a record: its kind, and tenant, thread and sequence of its
// headers. Read when somebody asks for the first time, so that the stream costs nothing more while nobody does.

import { Inspector } from "../../wire/inspector.ts";

export interface RecordHeader {
  readonly tenantId: string;
  readonly threadId: string;
  /** 0 = unsequenced. */
  readonly sequence: number;
}

export interface RecordDetails {
  /** Field number of the message's variant. */
  readonly kind: number;
  /** The record's own header, or those of the events of a batch. */
  readonly headers: readonly RecordHeader[];
}

export type DescribeRecord = (value: Uint8Array) => RecordDetails;

/** For values that were judged deliverable. */
export function recordDescriber(maxPayloadBytes: number): DescribeRecord {
  const inspector = new Inspector({ maxPayloadBytes, schemaPolicy: "forward" });
  return (value) => {
    inspector.inspect(Buffer.from(value.buffer, value.byteOffset, value.length));
    const headers: RecordHeader[] = [];
    for (let i = 0; i < inspector.headers; i++) {
      const header = inspector.header(i);
      if (header) headers.push(copyOf(header));
    }
    const { kind, batchHeader } = inspector;
    if (headers.length === 0 && batchHeader) headers.push(copyOf(batchHeader));
    return { kind, headers };
  };
}

function copyOf({ tenantId, threadId, sequence }: RecordHeader): RecordHeader {
  return { tenantId, threadId, sequence };
}
