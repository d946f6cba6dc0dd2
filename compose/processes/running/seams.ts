// What a stack needs of the machine; tests replace parts of it.

import { type Clock, systemClock } from "../../../src/runtime/clock.ts";
import { type Network, systemNetwork } from "../../../src/runtime/network.ts";
import { type Processes, systemProcesses } from "../../../src/runtime/process-identity.ts";

export interface StackSeams {
  readonly clock: Clock;
  readonly network: Network;
  readonly processes: Processes;
  /** Sends a signal to a process. */
  readonly signal: (pid: number, signal: NodeJS.Signals) => void;
}

/** The machine's own. */
export const systemStackSeams: StackSeams = {
  clock: systemClock,
  network: systemNetwork,
  processes: systemProcesses,
  signal: (pid, signal) => void process.kill(pid, signal),
};
