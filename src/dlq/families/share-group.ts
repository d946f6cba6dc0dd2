// Dead letters that Kafka itself writes for a share group (KIP-1191): headers that tell where the record was and why
// it was given up, numbers in decimal. Key and value are copied only where
// `errors.deadletterqueue.copy.record.enable` says so, the record's own headers never.
// Source: ShareGroupDLQStateManager of Apache Kafka.

import { payloadUnlessBare, prefixedFamily } from "./header-family.ts";

export const SHARE_GROUP = prefixedFamily("share_group", "__dlq.errors.", (text, source, record) => ({
  errorType: null,
  errorText: text("message"),
  carriesHeaders: false,
  payload: payloadUnlessBare(record, source),
  // The letter's timestamp is when the record was given up.
  originalTimestampMs: null,
  details: { group: text("group"), delivery_count: text("delivery.count") },
}));
