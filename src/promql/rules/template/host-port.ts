// Addresses taken apart as Go's net package does (`SplitHostPort`, `JoinHostPort`, `netip.ParseAddr`).

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
const GROUP = /^[\da-fA-F]{1,4}$/;

export interface HostPort {
  readonly host: string;
  readonly port: string;
}

/** `null` if there is no port, or the address is not well formed. */
export function splitHostPort(text: string): HostPort | null {
  const colon = text.lastIndexOf(":");
  if (colon < 0) return null;
  const port = text.slice(colon + 1);
  if (text.startsWith("[")) {
    const end = text.indexOf("]");
    if (end + 1 !== colon || end < 0) return null;
    const host = text.slice(1, end);
    return /[[\]]/.test(host + port) ? null : { host, port };
  }
  const host = text.slice(0, colon);
  return host.includes(":") || /[[\]]/.test(text) ? null : { host, port };
}

export function joinHostPort({ host, port }: HostPort): string {
  return host.includes(":") || host.includes("%") ? `[${host}]:${port}` : `${host}:${port}`;
}

export function isIpAddress(text: string): boolean {
  if (IPV4.test(text)) return true;
  const [address = "", zone] = text.split(/%(.*)/s);
  if (zone === "" || !address.includes(":")) return false;
  const halves = address.split("::");
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  const last = groups.at(-1) ?? "";
  const hasIpv4 = last.includes(".") && !address.endsWith("::");
  const plain = hasIpv4 ? groups.slice(0, -1) : groups;
  const size = plain.length + (hasIpv4 ? 2 : 0);
  if (!plain.every((group) => GROUP.test(group)) || (hasIpv4 && !IPV4.test(last))) return false;
  return halves.length === 2 ? size < 8 : size === 8;
}
