// From a message to a Kafka value, as producers do it: compressed when that is worth it, and saying so in the header.

import {
  type CompressionOptions,
  compressBody,
  DEFAULT_COMPRESSION,
  RAW_FRAME,
  withFrame,
  ZSTD_FRAME,
} from "./frame.ts";
import { encodeMessage } from "./messages.ts";
import { CompressionType, type DashStreamMessageInit, type EventInit, type HeaderInit } from "./model.ts";

/**
 * The framed value of a message. A message that is compressed carries `COMPRESSION_ZSTD` in its header, a batch also
 * in the header of each event. `null` never compresses.
 * @throws DashstreamError `message_invalid`
 */
export function encodeFramed(
  message: DashStreamMessageInit,
  compression: CompressionOptions | null = DEFAULT_COMPRESSION,
): Buffer {
  const plain = encodeMessage(message);
  if (compression === null || compressBody(plain, compression) === null) return withFrame(RAW_FRAME, plain);
  const compressed = compressBody(encodeMessage(markCompressed(message)), compression);
  return compressed === null ? withFrame(RAW_FRAME, plain) : withFrame(ZSTD_FRAME, compressed);
}

function markCompressed(message: DashStreamMessageInit): DashStreamMessageInit {
  const marked = Object.entries(message).map(([name, body]) => {
    if (name === "message" || typeof body !== "object" || body === null) return [name, body];
    const events: readonly EventInit[] | undefined = Reflect.get(body, "events");
    const header: HeaderInit | undefined = Reflect.get(body, "header");
    const inner = name === "eventBatch" && events ? { events: events.map(markEvent) } : {};
    return [name, { ...body, ...inner, ...(header ? { header: markHeader(header) } : {}) }];
  });
  return Object.fromEntries(marked) as DashStreamMessageInit;
}

function markEvent(event: EventInit): EventInit {
  return event.header ? { ...event, header: markHeader(event.header) } : event;
}

function markHeader(header: HeaderInit): HeaderInit {
  return { ...header, compression: CompressionType.COMPRESSION_ZSTD };
}
