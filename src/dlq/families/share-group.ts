// Dead letters that Kafka itself writes for a share group (KIP-1191): headers that tell where the record was and why
// it was given up, numbers in decimal. Key and value are copied only where
// `errors.deadletterqueue.copy.record.enable` says so, the record's own headers never.
// Source: ShareGroupDLQStateManager of Apache Kafka.

import type { StoredRecord } from "../stored-record.ts";
import { headerNumber, headerText } from "../stored-record.ts";
import { type HeaderFamily, payloadUnlessBare, rawContent, sourcePlace } from "./header-family.ts";

const PREFIX = "__dlq.errors.";

export const SHARE_GROUP: HeaderFamily = {
  family: "share_group",
  marker: `${PREFIX}topic`,
  adds: (name) => name.startsWith(PREFIX),
  read(record: StoredRecord) {
    const text = (name: string) => headerText(record.headers, PREFIX + name);
    const number = (name: string) => headerNumber(record.headers, PREFIX + name);
    const source = sourcePlace(text("topic"), number("partition"), number("offset"));
    return {
      ...rawContent(record, SHARE_GROUP.adds, {
        errorType: null,
        errorText: text("message"),
        source,
        carriesHeaders: false,
        payload: payloadUnlessBare(record, source),
        details: { group: text("group"), delivery_count: text("delivery.count") },
      }),
      // The record's timestamp is when it was given up.
      originalTimestampMs: null,
    };
  },
};
