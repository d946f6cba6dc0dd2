// `docker stats`: CPU, memory and number of threads of containers, as the kernel counts those of their processes.

import { readFileSync } from "node:fs";
import { systemClock } from "../../../../src/runtime/clock.ts";
import type { Stack } from "../../stack.ts";
import type { FlagSpec, ParsedFlags } from "../flags.ts";
import { binarySize } from "../human.ts";
import { table, write } from "../terminal.ts";
import { type Container, containers, findContainer, isRunning } from "./containers.ts";

export const STATS_FLAGS: readonly FlagSpec[] = [
  { name: "no-stream" },
  { name: "all", short: "a" },
  { name: "no-trunc" },
];

/** Over which the use of CPU is measured; the daemon takes two samples a second apart. */
const SAMPLE_MS = 1_000;
const CLEAR_SCREEN = "\x1b[H\x1b[J";

export async function stats(stack: Stack, flags: ParsedFlags): Promise<number> {
  const { words } = flags;
  const named = words.map((word) => findContainer(stack, word));
  const all = containers(stack);
  const wanted = named.length > 0 ? named : all.filter((each) => flags.has("all") || isRunning(stack, each));
  for (;;) {
    const text = await sample(stack, wanted);
    write("stdout", flags.has("no-stream") ? text : `${CLEAR_SCREEN}${text}`);
    if (flags.has("no-stream")) return 0;
  }
}

async function sample(stack: Stack, wanted: readonly Container[]): Promise<string> {
  const before = wanted.map(({ name }) => useOf(stack, name));
  const startedMs = systemClock.monotonicMs();
  await systemClock.sleep(SAMPLE_MS);
  const elapsedMs = systemClock.monotonicMs() - startedMs;
  const memory = totalMemory();
  const rows = wanted.map(({ id, name }, index) => {
    const first = before[index] ?? NO_USE;
    const now = useOf(stack, name);
    const cpu = (Math.max(0, now.cpuMs - first.cpuMs) / elapsedMs) * 100;
    return [
      id.slice(0, 12),
      name,
      `${cpu.toFixed(2)}%`,
      `${binarySize(now.memoryBytes)} / ${binarySize(memory)}`,
      `${((now.memoryBytes / memory) * 100).toFixed(2)}%`,
      String(now.threads),
    ];
  });
  return table(["CONTAINER ID", "NAME", "CPU %", "MEM USAGE / LIMIT", "MEM %", "PIDS"], rows);
}

interface Use {
  readonly cpuMs: number;
  readonly memoryBytes: number;
  readonly threads: number;
}

const NO_USE: Use = { cpuMs: 0, memoryBytes: 0, threads: 0 };
/** USER_HZ, which is 100 on all platforms that Linux runs on today (time(7)). */
const TICK_MS = 10;
/** `utime`, `stime` and `num_threads` of `/proc/PID/stat` (proc(5)), counted from the one after the name. */
const FIELDS = { user: 11, system: 12, threads: 17 } as const;

/** What stopped uses nothing. */
function useOf(stack: Stack, name: string): Use {
  const running = stack.processOf(name);
  if (running === null) return NO_USE;
  const stat = readFileSync(`/proc/${running.pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const number = (field: keyof typeof FIELDS) => Number(fields[FIELDS[field]]);
  const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${running.pid}/status`, "utf8"))?.[1];
  return {
    cpuMs: (number("user") + number("system")) * TICK_MS,
    memoryBytes: Number(resident ?? 0) * 1024,
    threads: number("threads"),
  };
}

function totalMemory(): number {
  return Number(/^MemTotal:\s+(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1] ?? 1) * 1024;
}
