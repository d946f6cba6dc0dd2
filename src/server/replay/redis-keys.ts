// The keys of replay in Redis. Operators look at them and earlier servers wrote them, so the names are fixed; only the
// set of batches is new.

/** Where everything of one stream lies: `{prefix}:partition:{p}:...` and `{prefix}:thread:{t}:...`. */
export function replayPrefix(resumeNamespace: string): string {
  return `dashstream-replay:${resumeNamespace}`;
}

/** The keys of one partition. */
export interface PartitionKeys {
  /** Sorted set: score = offset, member = the key of the value. */
  readonly offsets: string;
  /** Sorted set: score = first offset, member = what one write covered, see `batchEntryText`. */
  readonly batches: string;
  /** A value's key is this and the offset. */
  readonly valuePrefix: string;
}

export function partitionKeys(prefix: string, partition: number): PartitionKeys {
  const base = `${prefix}:partition:${partition}`;
  return { offsets: `${base}:offsets`, batches: `${base}:batches`, valuePrefix: `${base}:offset:` };
}

/** Sorted set: score = sequence, member = the key of the value, `{prefix}:thread:{t}:seq:{s}`. */
export function threadSequencesKey(prefix: string, threadId: string): string {
  return `${prefix}:thread:${threadKeyPart(threadId)}:sequences`;
}

/** A thread's value begins with partition (4 bytes) and offset (8 bytes), both little-endian. */
export const THREAD_VALUE_HEADER_BYTES = 12;

const MAX_PLAIN_CHARS = 128;
const PLAIN = /^[A-Za-z0-9_-]+$/;

/** A thread id inside a key: itself if it is short and plain, else `b64_` and unpadded base64url. */
export function threadKeyPart(threadId: string): string {
  if (threadId.length <= MAX_PLAIN_CHARS && PLAIN.test(threadId)) return threadId;
  return `b64_${Buffer.from(threadId, "utf8").toString("base64url")}`;
}
