// Commands on sorted sets.

import {
  type CommandContext,
  type CommandTable,
  integer,
  keyspace,
  SYNTAX_ERROR,
  WRONG_TYPE,
} from "../command.ts";
import { bytesOf, type Name, nameOf } from "../keyspace.ts";
import { type ErrorReply, failure, type Reply } from "../reply.ts";
import { type ScoreBound, SortedSet } from "../sorted-set.ts";

const NOT_A_FLOAT = failure("ERR value is not a valid float");
const NOT_A_RANGE = failure("ERR min or max is not a float");

const isError = (value: object): value is ErrorReply => "kind" in value;

/** The set at a key, an empty one if there is no such key. */
export function sortedSetAt(name: Name, context: CommandContext): SortedSet | ErrorReply {
  const value = keyspace(context).get(name, context.nowMs);
  if (value === null) return new SortedSet();
  return value.type === "zset" ? value.members : WRONG_TYPE;
}

/** Keeps a set that was changed; one without members is no key. */
export function keepSortedSet(name: Name, members: SortedSet, context: CommandContext): void {
  const store = keyspace(context);
  if (members.size === 0) store.delete(name, context.nowMs);
  else store.set(name, { type: "zset", members }, context.nowMs, "keep");
}

const keyName = (key: Buffer | undefined): Name => nameOf(key ?? Buffer.alloc(0));

function float(argument: Buffer | undefined): number | null {
  const text = String(argument).toLowerCase();
  if (/^[+-]?inf(inity)?$/.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(text) ? Number(text) : null;
}

function scoreBound(argument: Buffer | undefined): ScoreBound | null {
  const text = String(argument);
  const exclusive = text.startsWith("(");
  const score = float(Buffer.from(exclusive ? text.slice(1) : text));
  return score === null ? null : { score, exclusive };
}

/** Turns ranks as a client counts them, from the end if negative, into `from` <= rank < `to`. */
function rankRange(
  start: Buffer | undefined,
  stop: Buffer | undefined,
  size: number,
): readonly [number, number] | ErrorReply {
  const [first, last] = [integer(start), integer(stop)];
  if (typeof first !== "number") return first;
  if (typeof last !== "number") return last;
  const rank = (value: number) => (value < 0 ? size + value : value);
  return [Math.max(0, rank(first)), Math.min(size, rank(last) + 1)];
}

function add([key, ...pairs]: readonly Buffer[], context: CommandContext): Reply {
  if (pairs.length % 2 !== 0) return SYNTAX_ERROR;
  const scores: number[] = [];
  for (let i = 0; i < pairs.length; i += 2) {
    const score = float(pairs[i]);
    if (score === null) return NOT_A_FLOAT;
    scores.push(score);
  }
  const set = sortedSetAt(keyName(key), context);
  if (isError(set)) return set;
  const added = scores.filter((score, index) => set.add(keyName(pairs[2 * index + 1]), score)).length;
  keepSortedSet(keyName(key), set, context);
  return added;
}

function remove([key, ...members]: readonly Buffer[], context: CommandContext): Reply {
  const set = sortedSetAt(keyName(key), context);
  if (isError(set)) return set;
  const removed = members.filter((member) => set.delete(nameOf(member))).length;
  keepSortedSet(keyName(key), set, context);
  return removed;
}

interface RangeOptions {
  byScore: boolean;
  reverse: boolean;
  withScores: boolean;
  /** Members left out at the start, and how many are given; a negative count gives all. */
  limit: readonly [skipped: number, count: number] | null;
}

function rangeOptions(words: readonly Buffer[], defaults: Partial<RangeOptions>): RangeOptions | ErrorReply {
  const options: RangeOptions = {
    byScore: false,
    reverse: false,
    withScores: false,
    limit: null,
    ...defaults,
  };
  for (let i = 0; i < words.length; i++) {
    const word = String(words[i]).toUpperCase();
    if (word === "WITHSCORES") options.withScores = true;
    else if (word === "BYSCORE" && defaults.byScore === undefined) options.byScore = true;
    else if (word === "REV" && defaults.reverse === undefined) options.reverse = true;
    else if (word === "LIMIT" && i + 2 < words.length) {
      const [skipped, count] = [integer(words[++i]), integer(words[++i])];
      if (typeof skipped !== "number") return skipped;
      if (typeof count !== "number") return count;
      options.limit = [skipped, count];
    } else return SYNTAX_ERROR;
  }
  return options;
}

/** The members of a range, in the order and as far as the options say. */
function range(
  [key, start, stop, ...words]: readonly Buffer[],
  context: CommandContext,
  defaults: Partial<RangeOptions> = {},
): Reply {
  const options = rangeOptions(words, defaults);
  if ("kind" in options) return options;
  const { byScore, reverse, withScores, limit } = options;
  if (limit !== null && !byScore) {
    return failure("ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX");
  }
  const set = sortedSetAt(keyName(key), context);
  if (isError(set)) return set;
  const found = byScore
    ? scoreRange(set, reverse ? stop : start, reverse ? start : stop)
    : rankRange(start, stop, set.size);
  if ("kind" in found) return found;
  const [from, to] = byScore || !reverse ? found : [set.size - found[1], set.size - found[0]];
  let entries = [...set.range(from, to)];
  if (reverse) entries.reverse();
  if (limit !== null) {
    const [skipped, count] = limit;
    entries = skipped < 0 ? [] : entries.slice(skipped, count < 0 ? undefined : skipped + count);
  }
  if (!withScores) return entries.map(({ member }) => bytesOf(member));
  return { kind: "scores", entries: entries.map(({ member, score }) => [bytesOf(member), score]) };
}

function scoreRange(
  set: SortedSet,
  min: Buffer | undefined,
  max: Buffer | undefined,
): readonly [number, number] | ErrorReply {
  const [from, to] = [scoreBound(min), scoreBound(max)];
  return from === null || to === null ? NOT_A_RANGE : set.ranks(from, to);
}

function count([key, min, max]: readonly Buffer[], context: CommandContext): Reply {
  const set = sortedSetAt(keyName(key), context);
  if (isError(set)) return set;
  const found = scoreRange(set, min, max);
  return "kind" in found ? found : found[1] - found[0];
}

function removeRange(
  [key, start, stop]: readonly Buffer[],
  context: CommandContext,
  byScore: boolean,
): Reply {
  const set = sortedSetAt(keyName(key), context);
  if (isError(set)) return set;
  const found = byScore ? scoreRange(set, start, stop) : rankRange(start, stop, set.size);
  if ("kind" in found) return found;
  const removed = set.deleteRange(...found);
  keepSortedSet(keyName(key), set, context);
  return removed;
}

function cardinality([key]: readonly Buffer[], context: CommandContext): Reply {
  const set = sortedSetAt(keyName(key), context);
  return isError(set) ? set : set.size;
}

function scoreOf([key, member]: readonly Buffer[], context: CommandContext): Reply {
  const set = sortedSetAt(keyName(key), context);
  if (isError(set)) return set;
  const score = set.score(keyName(member));
  return score === null ? null : { kind: "score", score };
}

export const SORTED_SET_COMMANDS: CommandTable = {
  ZADD: { arity: -4, run: add },
  ZREM: { arity: -3, run: remove },
  ZCARD: { arity: 2, run: cardinality },
  ZCOUNT: { arity: 4, run: count },
  ZSCORE: { arity: 3, run: scoreOf },
  ZRANGE: { arity: -4, run: (args, context) => range(args, context) },
  ZREVRANGE: {
    arity: -4,
    run: (args, context) => range(args, context, { reverse: true, byScore: false }),
  },
  ZRANGEBYSCORE: {
    arity: -4,
    run: (args, context) => range(args, context, { byScore: true, reverse: false }),
  },
  ZREVRANGEBYSCORE: {
    arity: -4,
    run: (args, context) => range(args, context, { byScore: true, reverse: true }),
  },
  ZREMRANGEBYRANK: { arity: 4, run: (args, context) => removeRange(args, context, false) },
  ZREMRANGEBYSCORE: { arity: 4, run: (args, context) => removeRange(args, context, true) },
};
