// One closed world in virtual time: clock, randomness, network and HTTP that depend on nothing but the seed. The same
// seed and the same program give the same run, byte for byte. Records must not be compressed by anything that works
// on other threads, and only one world can exist at a time, because libraries reach time through globals.

import type { Network } from "../../src/runtime/network.ts";
import { type Random, seededRandom } from "../../src/runtime/random.ts";
import { type MemoryHttp, type MemoryHttpOptions, memoryHttp } from "./memory-http.ts";
import { memoryNetwork } from "./memory-network.ts";
import { VirtualClock } from "./virtual-clock.ts";
import { installVirtualGlobals } from "./virtual-globals.ts";

export interface VirtualWorldOptions {
  readonly seed: number;
  /** Wall-clock time at the start, milliseconds since the Unix epoch. */
  readonly startMs: number;
  readonly http?: MemoryHttpOptions;
}

export interface VirtualWorld {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly network: Network;
  readonly http: MemoryHttp;
  /** Lets `ms` pass. */
  advance(ms: number): Promise<void>;
  /** Resolves when everything that follows without time passing has happened. */
  settled(): Promise<void>;
  /**
   * Lets time pass until `promise` settles, and gives its result.
   * @throws what it rejects with; DashstreamError `invariant` if it needs more than two minutes
   */
  outcome<T>(promise: Promise<T>): Promise<T>;
}

/** More than any start, stop or request takes. */
const OUTCOME_LIMIT_MS = 120_000;
/** Libraries draw from a sequence of their own, so that a new version of one leaves the rest of a run as it is. */
const LIBRARY_SEED = 0x5eed;

/** Runs `live` in a world of its own, and puts the globals back whatever happens. */
export async function runVirtual<T>(
  { seed, startMs, http }: VirtualWorldOptions,
  live: (world: VirtualWorld) => Promise<T>,
): Promise<T> {
  const clock = new VirtualClock(startMs);
  const uninstall = installVirtualGlobals(clock, seededRandom(seed ^ LIBRARY_SEED));
  try {
    return await live({
      clock,
      random: seededRandom(seed),
      network: memoryNetwork(clock),
      http: memoryHttp(clock, http),
      advance: (ms) => clock.advance(ms),
      settled: () => clock.advance(0),
      outcome: (promise) => clock.settle(promise, OUTCOME_LIMIT_MS),
    });
  } finally {
    uninstall();
  }
}
