// Why a port could not be opened, in the same words for every kind of server.

import { DashstreamError, systemCode } from "../errors.ts";

/** `port_in_use` or `listen_failed`. */
export function listenError(host: string, port: number, cause: unknown): DashstreamError {
  const code = systemCode(cause) === "EADDRINUSE" ? "port_in_use" : "listen_failed";
  return new DashstreamError(code, `cannot listen on ${host}:${port}`, { cause });
}
