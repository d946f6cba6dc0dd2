// `host:port` as people write it; an IPv6 address has brackets.

import { isIP } from "node:net";

export interface HostPort {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
}

const LAST_PORT = 65_535;
const HOST_PORT = /^(?:\[(?<v6>[^\]]+)\]|(?<host>[A-Za-z0-9._-]+)):(?<port>\d{1,5})$/;

/** `null` if the text is no such address, or its port is below `lowestPort`. */
export function parseHostPort(text: string, lowestPort = 1): HostPort | null {
  const { v6, host, port = "" } = HOST_PORT.exec(text)?.groups ?? {};
  const number = Number(port);
  if (port === "" || number < lowestPort || number > LAST_PORT) return null;
  if (v6 !== undefined) return isIP(v6) === 6 ? { host: v6, port: number } : null;
  return host === undefined ? null : { host, port: number };
}

export function hostPortText({ host, port }: HostPort): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether it stands for all addresses of the machine, which nobody can connect to as such. */
export function isAnyHost(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}
