// The address of Redis as a URL: `redis://[user[:password]@]host[:port][/database]`, `rediss://` for TLS.

import { isIP } from "node:net";

/** What the URL says. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly database: number;
  readonly username: string | null;
  readonly password: string | null;
  readonly tls: boolean;
}

const DEFAULT_PORT = 6379;
const MAX_DATABASE = 1_000_000;

/** `null` if the text is no such URL. */
export function parseRedisUrl(text: string): RedisAddress | null {
  if (!/^rediss?:\/\//.test(text) || !URL.canParse(text)) return null;
  const { protocol, hostname, port, pathname, username, password, search, hash } = new URL(text);
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const database = /^\/?(\d{0,7})$/.exec(pathname)?.[1];
  if (host === "" || database === undefined || Number(database) > MAX_DATABASE) return null;
  if (`${search}${hash}` !== "" || port === "0" || (hostname !== host && isIP(host) !== 6)) return null;
  const [user, secret] = [decoded(username), decoded(password)];
  if (user === null || secret === null) return null;
  return {
    host,
    port: port === "" ? DEFAULT_PORT : Number(port),
    database: Number(database),
    username: user === "" ? null : user,
    password: secret === "" ? null : secret,
    tls: protocol === "rediss:",
  };
}

/** Text with `%40` and the like put back; `null` if a percent sign stands for nothing. */
function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
