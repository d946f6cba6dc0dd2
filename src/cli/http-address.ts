// Addresses of other services that somebody gives on a command line.

import { DashstreamError } from "../errors.ts";

/**
 * An address, as it was given.
 * @throws `usage` naming `flag` if it is no `http://` or `https://` address
 */
export function httpAddress(flag: string, text: string): string {
  if (/^https?:\/\/./.test(text) && URL.canParse(text)) return text;
  throw new DashstreamError("usage", `${flag} is "${text}", expected http://host:port/path or https://...`);
}

/**
 * An address that paths are appended to: without slashes at its end.
 * @throws `usage` as `httpAddress`
 */
export function baseAddress(flag: string, text: string): string {
  return httpAddress(flag, text).replace(/\/+$/, "");
}
