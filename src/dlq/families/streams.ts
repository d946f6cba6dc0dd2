// Dead letters of Kafka Streams (KIP-1034): key and value of the record that came from the source topic, its
// headers left out, and headers that tell the error. Key and value are both missing where Streams had none at hand.
// Source: ExceptionHandlerUtils of Apache Kafka. A message of the exception that is null is a header without value.

import { payloadUnlessBare, prefixedFamily } from "./header-family.ts";

export const STREAMS = prefixedFamily("streams", "__streams.errors.", (text, source, record) => ({
  errorType: className(text("exception")),
  errorText: text("message") ?? text("exception"),
  carriesHeaders: false,
  payload: payloadUnlessBare(record, source),
  details: { exception: text("exception"), stacktrace: text("stacktrace") },
}));

/** The class of `Throwable.toString()`, which is `class` or `class: message`. */
function className(exception: string | null): string | null {
  return exception === null ? null : (exception.split(":", 1)[0] ?? exception);
}
