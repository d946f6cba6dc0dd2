// Which address a connection counts for. Behind proxies the TCP peer is the proxy, so `x-forwarded-for` is read,
// but only the part of it that trusted proxies wrote: a client cannot choose its own address.

import { isIP } from "node:net";
import { normalizePeerAddress } from "../runtime/peer-address.ts";

const WITH_PORT = /^(?:\[([^\]]+)\](?::\d{1,5})?|([\d.]+):\d{1,5})$/;

/**
 * An IP address in the form in which addresses are compared: IPv4 dotted, IPv6 shortest (RFC 5952), an
 * IPv4-mapped address as IPv4. A port or brackets, which some proxies write, are dropped. `null` = not an address.
 */
export function canonicalIp(text: string): string | null {
  const trimmed = text.trim();
  const withPort = WITH_PORT.exec(trimmed);
  const address = withPort?.[1] ?? withPort?.[2] ?? trimmed;
  const mapped = normalizePeerAddress(address);
  const family = isIP(mapped);
  if (family === 4) return mapped;
  if (family !== 6 || mapped.includes("%")) return null;
  const shortest = new URL(`http://[${mapped}]/`).hostname.slice(1, -1);
  return mappedIpv4(shortest) ?? shortest;
}

/** URL parsing writes `::ffff:1.2.3.4` as `::ffff:102:304`, and so may a proxy. */
function mappedIpv4(address: string): string | null {
  const words = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address);
  if (words?.[1] === undefined || words[2] === undefined) return null;
  const high = Number.parseInt(words[1], 16);
  const low = Number.parseInt(words[2], 16);
  return `${high >> 8}.${high & 0xff}.${low >> 8}.${low & 0xff}`;
}

/**
 * The client's address: the TCP peer, unless that is a trusted proxy; then the rightmost address of
 * `x-forwarded-for` that is not itself a trusted proxy. Items that are not addresses are skipped. If nothing is
 * left the peer counts.
 *
 * @param forwardedFor all `x-forwarded-for` lines in order, joined with commas (as `Headers.get` does), or `null`
 * @param trustedProxies addresses in canonical form
 */
export function clientIp(
  peerAddress: string,
  forwardedFor: string | null,
  trustedProxies: ReadonlySet<string>,
): string {
  const peer = canonicalIp(peerAddress) ?? peerAddress;
  if (forwardedFor === null || !trustedProxies.has(peer)) return peer;
  const items = forwardedFor.split(",");
  for (let i = items.length - 1; i >= 0; i--) {
    const address = canonicalIp(items[i] ?? "");
    if (address !== null && !trustedProxies.has(address)) return address;
  }
  return peer;
}
