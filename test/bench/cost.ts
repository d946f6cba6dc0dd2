// What work costs the process that does it.

export interface Cost {
  /** By the clock on the wall. */
  readonly seconds: number;
  /** Of user and system together, over all cores. */
  readonly cpuSeconds: number;
}

/** Begins to measure; the function gives the cost since then. */
export function startMeter(): () => Cost {
  const start = process.cpuUsage();
  const startMs = performance.now();
  return () => {
    const cpu = process.cpuUsage(start);
    return { seconds: (performance.now() - startMs) / 1000, cpuSeconds: (cpu.user + cpu.system) / 1e6 };
  };
}

export async function measured(work: () => Promise<void> | void): Promise<Cost> {
  const meter = startMeter();
  await work();
  return meter();
}

/** Milliseconds between two looks at the turns. */
const TURN_TICK_MS = 2;

/**
 * Watches how long others must wait for their turn, in CPU time of this process (threads beside included), because by
 * the clock on the wall it would tell how busy the machine is.
 */
export function watchTurns(): { readonly longestMs: () => number; readonly stop: () => void } {
  let before = process.cpuUsage();
  let longest = 0;
  const timer = setInterval(() => {
    const { user, system } = process.cpuUsage(before);
    before = process.cpuUsage();
    longest = Math.max(longest, user + system);
  }, TURN_TICK_MS);
  return { longestMs: () => longest / 1000, stop: () => clearInterval(timer) };
}
