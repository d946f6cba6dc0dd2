// Thread, tenant and number of a bad record, where its value is one of our messages: as far as they can be read,
// whatever else is wrong with it.

import { Inspector } from "../../wire/inspector.ts";
import type { LetterContent } from "../letter.ts";

/** Larger ones are not looked into. */
const MAX_PAYLOAD_BYTES = 16 * 1024 * 1024;
const inspector = new Inspector({ maxPayloadBytes: MAX_PAYLOAD_BYTES, schemaPolicy: "exact" });

const NONE = { threadId: null, tenantId: null, sequence: null, traceId: null };

export type MessageFields = Pick<LetterContent, "threadId" | "tenantId" | "sequence" | "traceId">;

/** Only values that are well-formed tell anything: other bytes can look like names by chance. */
export function messageFields(value: Buffer | null): MessageFields {
  if (value === null) return NONE;
  const failure = inspector.inspect(value);
  if (failure !== null && failure !== "schema_mismatch") return NONE;
  const header = inspector.batchHeader ?? inspector.header(0);
  if (header === null || header === undefined || header.threadId === "") return NONE;
  const { threadId, tenantId, sequenceText } = header;
  return { threadId, tenantId: tenantId || null, sequence: sequenceText, traceId: null };
}
