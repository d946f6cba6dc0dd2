// Dead letters of Kafka Streams (KIP-1034): key and value of the record that came from the source topic, its
// headers left out, and headers that tell the error. Key and value are both missing where Streams had none at hand.
// Source: ExceptionHandlerUtils of Apache Kafka. A message of the exception that is null is a header without value.

import type { StoredRecord } from "../stored-record.ts";
import { headerNumber, headerText } from "../stored-record.ts";
import { type HeaderFamily, payloadUnlessBare, rawContent, sourcePlace } from "./header-family.ts";

const PREFIX = "__streams.errors.";

export const STREAMS: HeaderFamily = {
  family: "streams",
  marker: `${PREFIX}topic`,
  adds: (name) => name.startsWith(PREFIX),
  read(record: StoredRecord) {
    const text = (name: string) => headerText(record.headers, PREFIX + name);
    const number = (name: string) => headerNumber(record.headers, PREFIX + name);
    const source = sourcePlace(text("topic"), number("partition"), number("offset"));
    return rawContent(record, STREAMS.adds, {
      errorType: className(text("exception")),
      errorText: text("message") ?? text("exception"),
      source,
      carriesHeaders: false,
      payload: payloadUnlessBare(record, source),
      details: { exception: text("exception"), stacktrace: text("stacktrace") },
    });
  },
};

/** The class of `Throwable.toString()`, which is `class` or `class: message`. */
function className(exception: string | null): string | null {
  return exception === null ? null : (exception.split(":", 1)[0] ?? exception);
}
