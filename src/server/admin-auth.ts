// Who may make admin calls: whoever presents the admin token; without a configured token, callers on this machine.

import { createHash, timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";

export interface AdminRequest {
  /** Address of the TCP peer. */
  readonly peerAddress: string;
  readonly authorization: string | null;
  /** True if a proxy or a web page sends it for somebody else: its peer address says nothing about the caller. */
  readonly onBehalf: boolean;
}

/** True if the request carries the configured token as bearer token (RFC 6750). */
export function presentsToken(authorization: string | null, token: string | null): boolean {
  if (token === null || authorization === null) return false;
  const match = /^Bearer +(\S+) *$/i.exec(authorization);
  return match?.[1] !== undefined && timingSafeEqual(digest(match[1]), digest(token));
}

export function mayAdminister(request: AdminRequest, token: string | null): boolean {
  if (token !== null) return presentsToken(request.authorization, token);
  return !request.onBehalf && isLoopback(request.peerAddress);
}

/** Whether an IP address is of this machine only. */
export function isLoopback(address: string): boolean {
  return address === "::1" || (isIP(address) === 4 && address.startsWith("127."));
}

/** Equal lengths, so that the comparison takes equally long for every token. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
