// Who listens on a port of this machine, as far as Linux tells.

import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";

const TABLES = ["/proc/net/tcp", "/proc/net/tcp6"];
/** `st` of a listening socket in these tables (include/net/tcp_states.h). */
const LISTEN = "0A";
const MAX_COMMAND_CHARACTERS = 80;

/** `process 123 (redis-server *:6379)`, or `another program` where it cannot be known. */
export function portHolder(port: number): string {
  const sockets = new Set(TABLES.flatMap((table) => listeners(table, port)));
  const pid = sockets.size === 0 ? null : holderOf(sockets);
  return pid === null ? "another program" : `process ${pid} (${commandOf(pid)})`;
}

/** Inodes of the sockets that listen on a port. */
function listeners(table: string, port: number): readonly string[] {
  return (readOrNull(table) ?? "")
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
      return state === LISTEN && Number.parseInt(local.split(":").at(-1) ?? "", 16) === port ? [inode] : [];
    });
}

function holderOf(inodes: ReadonlySet<string>): string | null {
  const pids = orEmpty(() => readdirSync("/proc")).filter((name) => /^\d+$/.test(name));
  const holds = (pid: string) =>
    orEmpty(() => readdirSync(`/proc/${pid}/fd`)).some((fd) => {
      const [target = ""] = orEmpty(() => [readlinkSync(`/proc/${pid}/fd/${fd}`)]);
      return inodes.has(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? "");
    });
  return pids.find(holds) ?? null;
}

/** Its command line without folders; of a long one both ends, which say most. */
function commandOf(pid: string): string {
  const words = (readOrNull(`/proc/${pid}/cmdline`) ?? "").split("\0").filter((word) => word !== "");
  const command = words.map((word) => (word.startsWith("/") ? basename(word) : word)).join(" ");
  if (command.length <= MAX_COMMAND_CHARACTERS) return command;
  const half = MAX_COMMAND_CHARACTERS / 2;
  return `${command.slice(0, half)} ... ${command.slice(-half)}`;
}

function readOrNull(path: string): string | null {
  return orEmpty(() => [readFileSync(path, "utf8")])[0] ?? null;
}

/** Processes come and go while one looks, and those of others show nothing. */
function orEmpty(read: () => readonly string[]): readonly string[] {
  try {
    return read();
  } catch {
    return [];
  }
}
