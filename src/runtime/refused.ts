// Whether a connection was refused because nothing listens, which runtimes tell in different ways.

import { systemCode } from "../errors.ts";

/** Of sockets, and of `fetch` of Bun, which has had both. */
const CODES: ReadonlySet<string | null> = new Set(["ECONNREFUSED", "ConnectionRefused"]);

/** `fetch` of Deno has no code, only a text that ends with the number of the system: of Linux, macOS or Windows. */
const DENO_TEXT = /tcp connect error: .*\(os error (?:111|61|10061)\)$/;

/** Looks at its causes too. */
export function isRefused(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return CODES.has(systemCode(error)) || DENO_TEXT.test(error.message) || isRefused(error.cause);
}
