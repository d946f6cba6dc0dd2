// Dead letters of Kafka Connect sinks (KIP-298): the bad record as it was, its headers too, and headers that tell
// the error, numbers in decimal. They are there only with `errors.deadletterqueue.context.headers.enable`; without
// them such a record cannot be told from any other.
// Source: DeadLetterQueueReporter of Apache Kafka.

import { prefixedFamily } from "./header-family.ts";

export const CONNECT = prefixedFamily("connect", "__connect.errors.", (text) => ({
  errorType: text("exception.class.name"),
  errorText: text("exception.message"),
  carriesHeaders: true,
  details: {
    connector: text("connector.name"),
    task: text("task.id"),
    stage: text("stage"),
    class: text("class.name"),
    stacktrace: text("exception.stacktrace"),
  },
}));
