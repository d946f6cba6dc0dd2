// Commands on hashes.

import { type CommandContext, type CommandTable, keyspace, WRONG_TYPE } from "../command.ts";
import { bytesOf, type Name, nameOf } from "../keyspace.ts";
import { type ErrorReply, failure, type Reply } from "../reply.ts";

type Fields = Map<Name, Buffer>;

/** The fields of a hash, none if there is no such key. */
function fieldsOf(key: Buffer | undefined, context: CommandContext): Fields | ErrorReply {
  const value = key && keyspace(context).get(nameOf(key), context.nowMs);
  if (!value) return new Map();
  return value.type === "hash" ? value.fields : WRONG_TYPE;
}

function setFields([key, ...pairs]: readonly Buffer[], context: CommandContext): Reply {
  if (pairs.length % 2 !== 0) return failure("ERR wrong number of arguments for 'hset' command");
  const fields = fieldsOf(key, context);
  if ("kind" in fields) return fields;
  const before = fields.size;
  for (let i = 0; i < pairs.length; i += 2) {
    // A copy: the argument is a view into all that came with it.
    fields.set(nameOf(pairs[i] ?? Buffer.alloc(0)), Buffer.from(pairs[i + 1] ?? ""));
  }
  const name = nameOf(key ?? Buffer.alloc(0));
  keyspace(context).set(name, { type: "hash", fields }, context.nowMs, "keep");
  return fields.size - before;
}

function getField([key, field]: readonly Buffer[], context: CommandContext): Reply {
  const fields = fieldsOf(key, context);
  if ("kind" in fields) return fields;
  return (field && fields.get(nameOf(field))) ?? null;
}

function getFields([key, ...names]: readonly Buffer[], context: CommandContext): Reply {
  const fields = fieldsOf(key, context);
  if ("kind" in fields) return fields;
  return names.map((name) => fields.get(nameOf(name)) ?? null);
}

function getAll([key]: readonly Buffer[], context: CommandContext): Reply {
  const fields = fieldsOf(key, context);
  if ("kind" in fields) return fields;
  return { kind: "map", entries: [...fields].map(([name, value]) => [bytesOf(name), value]) };
}

export const HASH_COMMANDS: CommandTable = {
  HSET: { arity: -4, run: setFields },
  HGET: { arity: 3, run: getField },
  HMGET: { arity: -3, run: getFields },
  HGETALL: { arity: 2, run: getAll },
};
