// From a message to a Kafka value, as producers do it: compressed when that is worth it, and saying so in the header.

import {
  type CompressionOptions,
  compressBody,
  DEFAULT_COMPRESSION,
  RAW_FRAME,
  withFrame,
  ZSTD_FRAME,
} from "./frame.ts";
import { mapHeaders } from "./map-headers.ts";
import { encodeMessage } from "./messages.ts";
import { CompressionType, type DashStreamMessageInit } from "./model.ts";

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
  return mapHeaders(message, (header) => ({ ...header, compression: CompressionType.COMPRESSION_ZSTD }));
}
