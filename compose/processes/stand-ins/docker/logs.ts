// `docker logs`: what a container has written, each of its streams on the same stream of the caller.

import { systemClock } from "../../../../src/runtime/clock.ts";
import { lastOf, linesOf, newLines, readLog } from "../../running/log-file.ts";
import type { Stack } from "../../stack.ts";
import type { FlagSpec, ParsedFlags } from "../flags.ts";
import { write } from "../terminal.ts";
import { type Container, findContainer, isRunning } from "./containers.ts";
import { linesSince, readSince } from "./line-times.ts";

export const LOGS_FLAGS: readonly FlagSpec[] = [
  { name: "follow", short: "f" },
  { name: "tail", short: "n", takes: "value" },
  { name: "since", takes: "value" },
];

export async function logs(stack: Stack, flags: ParsedFlags): Promise<number> {
  const container = findContainer(stack, flags.words[0] ?? "");
  const end = showTail(container, tailOptions(flags), "");
  if (flags.has("follow")) await follow([{ container, end, prefix: "" }], stack);
  return 0;
}

export interface TailOptions {
  /** Lines; `null`: all. */
  readonly tail: number | null;
  /** Unix milliseconds; `null`: from the beginning. */
  readonly sinceMs: number | null;
}

/** @throws ToolFailure for what cannot be read */
export function tailOptions(flags: ParsedFlags): TailOptions {
  const tail = flags.last("tail") ?? "all";
  // As the daemon: what is no number means all.
  const count = /^\d+$/.test(tail) ? Number(tail) : null;
  const since = flags.last("since");
  return { tail: count, sinceMs: since === null ? null : readSince(since, systemClock.nowMs()) };
}

/** Shows the end of a log. @returns how far the log was read, in bytes */
export function showTail({ plan }: Container, { tail, sinceMs }: TailOptions, prefix: string): number {
  const { text, end } = readLog(plan.log);
  const all = linesOf(text);
  const since = sinceMs === null ? all : linesSince(all, sinceMs);
  const shown = tail === null ? since : lastOf(since, tail);
  write(plan.launch.logsTo ?? "stdout", shown.map((line) => `${prefix}${line}\n`).join(""));
  return end;
}

export interface Followed {
  readonly container: Container;
  /** Bytes of the log that were shown. */
  end: number;
  readonly prefix: string;
}

/** Between looks at a log. */
const PAUSE_MS = 100;

/** Shows what is written until all of the containers have ended. */
export async function follow(followed: readonly Followed[], stack: Stack): Promise<void> {
  for (;;) {
    const isOver = followed.every(({ container }) => !isRunning(stack, container));
    for (const each of followed) showNew(each);
    if (isOver) return;
    await systemClock.sleep(PAUSE_MS);
  }
}

function showNew(followed: Followed): void {
  const { plan } = followed.container;
  const { lines, end } = newLines(plan.log, followed.end);
  followed.end = end;
  if (lines.length === 0) return;
  write(plan.launch.logsTo ?? "stdout", lines.map((line) => `${followed.prefix}${line}\n`).join(""));
}
