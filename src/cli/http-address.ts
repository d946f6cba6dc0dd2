// Addresses of other services that somebody gives on a command line.

import { DashstreamError } from "../errors.ts";

/**
 * An address as it was given, without slashes at its end.
 * @throws `usage` naming `flag` if it is no `http://` or `https://` address
 */
export function httpAddress(flag: string, text: string): string {
  if (/^https?:\/\/./.test(text) && URL.canParse(text)) return text.replace(/\/+$/, "");
  throw new DashstreamError("usage", `${flag} is "${text}", expected http://host:port/path or https://...`);
}
