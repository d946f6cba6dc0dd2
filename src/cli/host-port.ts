// Addresses of sockets that somebody gives on a command line.

import { DashstreamError } from "../errors.ts";
import { type HostPort, parseHostPort } from "../runtime/address.ts";

/**
 * @param lowestPort 0 lets a free one be picked
 * @throws DashstreamError `usage` naming `flag`
 */
export function hostPort(flag: string, text: string, lowestPort = 0): HostPort {
  const parsed = parseHostPort(text, lowestPort);
  if (parsed !== null) return parsed;
  throw new DashstreamError("usage", `${flag} is ${JSON.stringify(text)}, expected host:port`);
}
