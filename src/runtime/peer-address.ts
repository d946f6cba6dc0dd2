// The address of a TCP peer in the one form that limits, logs and trusted-proxy lists compare.

const IPV4_MAPPED = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i;

/** An IPv4-mapped IPv6 address (RFC 4291 section 2.5.5.2) as plain IPv4; every other address in lower case. */
export function normalizePeerAddress(address: string): string {
  return IPV4_MAPPED.exec(address)?.[1] ?? address.toLowerCase();
}
