// The answer to a known path asked with the wrong method (RFC 9110 section 15.5.6).

import type { Handler } from "hono";

/** A handler that answers 405 and names the methods that work. */
export function methodNotAllowed(allow: string): Handler {
  return (c) => c.json({ error: `${c.req.method} is not allowed here, use ${allow}` }, 405, { allow });
}
