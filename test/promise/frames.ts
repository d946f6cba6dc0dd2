// What a server says, read by the oracle's own means: it must not believe what the client library believes.

export interface NamedRange {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

export type Said =
  | { readonly type: "cursor"; readonly partition: number; readonly offset: number }
  | {
      readonly type: "gap";
      readonly count: number;
      readonly ranges: readonly NamedRange[];
      readonly message: string;
    }
  | {
      readonly type: "thread_gap";
      readonly thread: string;
      readonly from: number;
      readonly to: number;
      readonly count: number;
    }
  | {
      readonly type: "replay_complete";
      readonly mode: string;
      readonly total: number;
      readonly capped: boolean;
      readonly unknownThreads: readonly string[];
      readonly offsets: ReadonlyMap<number, number>;
    }
  | {
      readonly type: "stale";
      readonly partition: number;
      readonly requested: number;
      readonly oldest: number;
      readonly logEnd: number | null;
    }
  | { readonly type: "reset"; readonly offsets: ReadonlyMap<number, number> }
  | { readonly type: "disconnect"; readonly lost: number }
  | { readonly type: "error"; readonly code: string }
  | { readonly type: "other" };

type Json = Readonly<Record<string, unknown>>;

function offsetsOf(value: unknown): ReadonlyMap<number, number> {
  return new Map(Object.entries(value ?? {}).map(([p, offset]) => [Number(p), Number(offset)]));
}

function rangeOf(json: Json): NamedRange {
  return {
    partition: Number(json.partition),
    from: Number(json.fromOffset),
    to: Number(json.toOffset),
    count: Number(json.count),
  };
}

function threadGap(json: Json, thread: string): Said {
  const [from, to] = [Number(json.fromSequence), Number(json.toSequence)];
  return { type: "thread_gap", thread, from, to, count: Number(json.count) };
}

export function readFrame(text: string): Said {
  const json = JSON.parse(text) as Json;
  switch (json.type) {
    case "cursor":
      return { type: "cursor", partition: Number(json.partition), offset: Number(json.offset) };
    case "gap": {
      if (typeof json.threadId === "string") return threadGap(json, json.threadId);
      const ranges = Array.isArray(json.ranges) ? (json.ranges as Json[]) : [json];
      return {
        type: "gap",
        count: Number(json.count),
        ranges: ranges.map(rangeOf),
        message: String(json.message),
      };
    }
    case "replay_complete":
      return {
        type: "replay_complete",
        mode: String(json.mode),
        total: Number(json.totalReplayed),
        capped: json.capped === true,
        unknownThreads: Array.isArray(json.unknownThreads) ? json.unknownThreads.map(String) : [],
        offsets: offsetsOf(json.lastOffsetsByPartition),
      };
    case "cursor_stale":
      return {
        type: "stale",
        partition: Number(json.partition),
        requested: Number(json.requested),
        oldest: Number(json.oldest),
        logEnd: json.logEndOffset === undefined ? null : Number(json.logEndOffset),
      };
    case "cursor_reset_complete":
      return { type: "reset", offsets: offsetsOf(json.latestOffsetsByPartition) };
    case "disconnect":
      return { type: "disconnect", lost: Number(json.lag_in_window) };
    case "error":
      return { type: "error", code: String(json.code) };
    default:
      return { type: "other" };
  }
}
