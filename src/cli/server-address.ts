// Where commands that talk to a server find it: the address it was told to listen on, as seen from this machine.

import type { Config } from "../config/options.ts";

type ListenAddress = Pick<Config, "websocketHost" | "websocketPort">;

/** A server that listens on all addresses is reached through loopback. */
const REACHED_THROUGH: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "[::1]" };

/** `http://host:port` without a slash at the end. */
export function serverOrigin({ websocketHost: host, websocketPort: port }: ListenAddress): string {
  const reachable = REACHED_THROUGH[host] ?? (host.includes(":") ? `[${host}]` : host);
  return `http://${reachable}:${port}`;
}

/** The WebSocket address of a server, given its origin or any address on it. */
export function streamUrl(origin: string): string {
  return `${origin.replace(/^http/, "ws")}/ws`;
}
