// Commands on keys whatever they hold.

import { type CommandContext, type CommandTable, integer, keyspace, SYNTAX_ERROR } from "../command.ts";
import { globPattern } from "../glob.ts";
import { bytesOf, nameOf } from "../keyspace.ts";
import { failure, type Reply } from "../reply.ts";

const NO_KEY = -2;
const NO_EXPIRY = -1;
const DEFAULT_SCAN_COUNT = 10;

function deleteKeys(keys: readonly Buffer[], context: CommandContext): Reply {
  const store = keyspace(context);
  return keys.filter((key) => store.delete(nameOf(key), context.nowMs)).length;
}

/** A key that is named twice counts twice. */
function exists(keys: readonly Buffer[], context: CommandContext): Reply {
  const store = keyspace(context);
  return keys.filter((key) => store.get(nameOf(key), context.nowMs) !== null).length;
}

function expire([key, seconds]: readonly Buffer[], context: CommandContext): Reply {
  const count = integer(seconds);
  if (typeof count !== "number") return count;
  const { nowMs } = context;
  const found = key !== undefined && keyspace(context).expireAt(nameOf(key), nowMs + count * 1000, nowMs);
  return found ? 1 : 0;
}

/** Milliseconds until a key expires, or one of the two negative answers. */
function timeToLive(key: Buffer | undefined, context: CommandContext): number {
  const expiresMs = keyspace(context).expiry(nameOf(key ?? Buffer.alloc(0)), context.nowMs);
  if (expiresMs === undefined) return NO_KEY;
  return expiresMs === null ? NO_EXPIRY : expiresMs - context.nowMs;
}

function ttl([key]: readonly Buffer[], context: CommandContext): Reply {
  const ms = timeToLive(key, context);
  return ms < 0 ? ms : Math.floor((ms + 500) / 1000);
}

function scan([cursor, ...options]: readonly Buffer[], context: CommandContext): Reply {
  const from = integer(cursor);
  if (typeof from !== "number" || from < 0) return failure("ERR invalid cursor");
  let matches: (name: string) => boolean = () => true;
  let count = DEFAULT_SCAN_COUNT;
  for (let i = 0; i < options.length; i += 2) {
    const value = options[i + 1];
    const option = String(options[i]).toUpperCase();
    if (value === undefined) return SYNTAX_ERROR;
    if (option === "MATCH") matches = globPattern(value.toString("latin1"));
    else if (option === "COUNT") {
      const wanted = integer(value);
      if (typeof wanted !== "number") return wanted;
      if (wanted < 1) return SYNTAX_ERROR;
      count = wanted;
    } else return SYNTAX_ERROR;
  }
  const { names, next } = keyspace(context).scan(from, count, context.nowMs);
  return [String(next), names.filter(matches).map(bytesOf)];
}

export const KEY_COMMANDS: CommandTable = {
  DEL: { arity: -2, run: deleteKeys },
  UNLINK: { arity: -2, run: deleteKeys },
  EXISTS: { arity: -2, run: exists },
  EXPIRE: { arity: 3, run: expire },
  TTL: { arity: 2, run: ttl },
  PTTL: { arity: 2, run: ([key], context) => timeToLive(key, context) },
  SCAN: { arity: -2, run: scan },
};
