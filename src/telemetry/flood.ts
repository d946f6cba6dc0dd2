// Keeps a flood of equal log lines readable: the first few of a key are written as they are, then one line a
// second with the count. Nothing is left out without being counted.

import type { Clock, Timer } from "../runtime/clock.ts";
import type { Log, LogFields } from "./log.ts";

export interface FloodOptions {
  /** Lines of a key written in full per window. Default 5. */
  readonly first?: number;
  /** Length of the window, milliseconds. Default one minute. */
  readonly windowMs?: number;
}

export interface FloodGuard {
  /** Logs at level error, or counts. Lines of one `key` are alike; keep the number of keys small. */
  error(key: string, msg: string, fields?: LogFields): void;
  /** The same at level warn. */
  warn(key: string, msg: string, fields?: LogFields): void;
  /** Writes what is counted and not written yet, and ends the timer. The guard can be used again. */
  flush(): void;
}

interface Flood {
  readonly level: "error" | "warn";
  windowEndMs: number;
  written: number;
  counted: number;
  lastMsg: string;
  lastFields: LogFields;
}

const SUMMARY_INTERVAL_MS = 1000;
/** Keys remembered at most; beyond it the oldest one is summarised and forgotten. */
const MAX_KEYS = 1000;

/** Wraps a log. Time comes from `clock`; its timer runs only while there is something to summarise. */
export function floodGuard(log: Log, clock: Clock, options: FloodOptions = {}): FloodGuard {
  const { first = 5, windowMs = 60_000 } = options;
  const floods = new Map<string, Flood>();
  let timer: Timer | null = null;

  function floodOf(key: string, level: Flood["level"]): Flood {
    const known = floods.get(`${level} ${key}`);
    if (known) return known;
    const [oldest] = floods.entries();
    if (oldest && floods.size >= MAX_KEYS) {
      summarise(oldest[0], oldest[1]);
      floods.delete(oldest[0]);
    }
    const flood: Flood = { level, windowEndMs: 0, written: 0, counted: 0, lastMsg: "", lastFields: {} };
    floods.set(`${level} ${key}`, flood);
    return flood;
  }

  function offer(level: Flood["level"], key: string, msg: string, fields: LogFields = {}): void {
    const flood = floodOf(key, level);
    const nowMs = clock.monotonicMs();
    if (nowMs >= flood.windowEndMs) {
      flood.windowEndMs = nowMs + windowMs;
      flood.written = 0;
    }
    if (flood.written < first) {
      flood.written++;
      log[level](msg, fields);
      return;
    }
    flood.counted++;
    flood.lastMsg = msg;
    flood.lastFields = fields;
    timer ??= clock.every(SUMMARY_INTERVAL_MS, summariseAll);
  }

  function summarise(key: string, flood: Flood): void {
    if (flood.counted === 0) return;
    const many = flood.counted === 1 ? "" : ` (one of ${flood.counted} alike)`;
    log[flood.level](`${flood.lastMsg}${many}`, {
      ...flood.lastFields,
      repeated: flood.counted,
      flood: key.slice(flood.level.length + 1),
    });
    flood.counted = 0;
  }

  function summariseAll(): void {
    const quiet = [...floods.values()].every((flood) => flood.counted === 0);
    if (quiet) stopTimer();
    for (const [key, flood] of floods) summarise(key, flood);
  }

  function stopTimer(): void {
    timer?.cancel();
    timer = null;
  }

  return {
    error: (key, msg, fields) => offer("error", key, msg, fields),
    warn: (key, msg, fields) => offer("warn", key, msg, fields),
    flush() {
      summariseAll();
      stopTimer();
    },
  };
}
