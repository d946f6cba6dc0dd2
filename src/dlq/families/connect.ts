// Dead letters of Kafka Connect sinks (KIP-298): the bad record as it was, its headers too, and headers that tell
// the error, numbers in decimal. They are there only with `errors.deadletterqueue.context.headers.enable`; without
// them such a record cannot be told from any other.
// Source: DeadLetterQueueReporter of Apache Kafka.

import type { StoredRecord } from "../stored-record.ts";
import { headerNumber, headerText } from "../stored-record.ts";
import { type HeaderFamily, rawContent, sourcePlace } from "./header-family.ts";

const PREFIX = "__connect.errors.";

export const CONNECT: HeaderFamily = {
  family: "connect",
  marker: `${PREFIX}topic`,
  adds: (name) => name.startsWith(PREFIX),
  read(record: StoredRecord) {
    const text = (name: string) => headerText(record.headers, PREFIX + name);
    const number = (name: string) => headerNumber(record.headers, PREFIX + name);
    return rawContent(record, CONNECT.adds, {
      errorType: text("exception.class.name"),
      errorText: text("exception.message"),
      source: sourcePlace(text("topic"), number("partition"), number("offset")),
      carriesHeaders: true,
      details: {
        connector: text("connector.name"),
        task: text("task.id"),
        stage: text("stage"),
        class: text("class.name"),
        stacktrace: text("exception.stacktrace"),
      },
    });
  },
};
