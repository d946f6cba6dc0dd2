// How the broker looks into compressed batches. It passes them on as they came; only a search by time must read
// records.

import type { CodecFunction } from "../../../src/kafka-protocol/compression.ts";
import { CODECS } from "../../../src/stream/codecs.ts";

export { decompress } from "../../../src/stream/codecs.ts";

export const compress: CodecFunction = (codec, data) =>
  codec === "none" ? data : CODECS[codec].compress(data);
