// A bound on what a request may send along, so that nobody fills our memory.

import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";

/** Answers 413 to a body of more than `maxBytes`. */
export function limitedBody(maxBytes: number): MiddlewareHandler {
  return bodyLimit({
    maxSize: maxBytes,
    onError: (c) => c.json({ error: `the body is larger than ${maxBytes} bytes` }, 413),
  });
}
