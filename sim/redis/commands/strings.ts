// Commands on strings.

import {
  type CommandContext,
  type CommandTable,
  integer,
  keyspace,
  SYNTAX_ERROR,
  WRONG_TYPE,
} from "../command.ts";
import { nameOf, type Value } from "../keyspace.ts";
import { type ErrorReply, failure, OK, type Reply } from "../reply.ts";

/** The options of SET, as far as they are known here. */
interface SetOptions {
  /** `keep`: as before; `null`: never. */
  expiresMs: number | null | "keep";
  when: "NX" | "XX" | null;
}

const UNIT_MS: Readonly<Record<string, number>> = { EX: 1000, PX: 1 };

function setOptions(words: readonly Buffer[], nowMs: number): SetOptions | ErrorReply {
  const options: SetOptions = { expiresMs: null, when: null };
  for (let i = 0; i < words.length; i++) {
    const word = String(words[i]).toUpperCase();
    const unitMs = UNIT_MS[word];
    if (unitMs !== undefined && options.expiresMs === null) {
      const count = integer(words[++i]);
      if (typeof count !== "number") return count;
      if (count <= 0) return failure("ERR invalid expire time in 'set' command");
      options.expiresMs = nowMs + count * unitMs;
    } else if (word === "KEEPTTL" && options.expiresMs === null) options.expiresMs = "keep";
    else if ((word === "NX" || word === "XX") && options.when === null) options.when = word;
    else return SYNTAX_ERROR;
  }
  return options;
}

/** A copy: the argument is a view into all that came with it. */
function stringOf(argument: Buffer): Value {
  return { type: "string", bytes: Buffer.from(argument) };
}

function set([key, value, ...words]: readonly Buffer[], context: CommandContext): Reply {
  if (key === undefined || value === undefined) return SYNTAX_ERROR;
  const { nowMs } = context;
  const options = setOptions(words, nowMs);
  if ("kind" in options) return options;
  const store = keyspace(context);
  const name = nameOf(key);
  const exists = store.get(name, nowMs) !== null;
  if (options.when !== null && exists !== (options.when === "XX")) return null;
  store.set(name, stringOf(value), nowMs, options.expiresMs);
  return OK;
}

function setEx([key, seconds, value]: readonly Buffer[], context: CommandContext): Reply {
  const count = integer(seconds);
  if (typeof count !== "number") return count;
  if (count <= 0) return failure("ERR invalid expire time in 'setex' command");
  if (key === undefined || value === undefined) return SYNTAX_ERROR;
  const { nowMs } = context;
  keyspace(context).set(nameOf(key), stringOf(value), nowMs, nowMs + count * 1000);
  return OK;
}

function get([key]: readonly Buffer[], context: CommandContext): Reply {
  const value = key && keyspace(context).get(nameOf(key), context.nowMs);
  if (!value) return null;
  return value.type === "string" ? value.bytes : WRONG_TYPE;
}

/** What is no string counts as not there, as in Redis. */
function getMany(keys: readonly Buffer[], context: CommandContext): Reply {
  return keys.map((key) => {
    const value = keyspace(context).get(nameOf(key), context.nowMs);
    return value?.type === "string" ? value.bytes : null;
  });
}

/** Bytes `start` to `end`, both included; negative ones count from the end. */
function getRange([key, start, end]: readonly Buffer[], context: CommandContext): Reply {
  const [first, last] = [integer(start), integer(end)];
  if (typeof first !== "number") return first;
  if (typeof last !== "number") return last;
  const value = key && keyspace(context).get(nameOf(key), context.nowMs);
  if (!value) return "";
  if (value.type !== "string") return WRONG_TYPE;
  const { bytes } = value;
  const position = (index: number) => (index < 0 ? bytes.length + index : index);
  return bytes.subarray(Math.max(0, position(first)), Math.max(0, position(last) + 1));
}

export const STRING_COMMANDS: CommandTable = {
  GET: { arity: 2, run: get },
  SET: { arity: -3, run: set },
  SETEX: { arity: 4, run: setEx },
  MGET: { arity: -2, run: getMany },
  GETRANGE: { arity: 4, run: getRange },
};
