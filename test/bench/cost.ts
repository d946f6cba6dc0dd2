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
