// Which process somebody is, so that a lock of a process that is gone can be told from one that is held. A process
// number alone does not do: numbers are used again, and each container counts its own.

import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { systemCode } from "../errors.ts";

export interface ProcessIdentity {
  readonly pid: number;
  /** The host and, on Linux, the set of process numbers that `pid` belongs to. */
  readonly place: string;
  /** Changes when a number is used again; `null` where the system does not tell. */
  readonly startedAt: string | null;
}

/** Tells about processes; replaced by tests. */
export interface Processes {
  own(): ProcessIdentity;
  /** A process of this machine, such as one that was just started. */
  of(pid: number): ProcessIdentity;
  /** `unknown` if the process is of another host or container. */
  state(identity: ProcessIdentity): "running" | "gone" | "unknown";
}

/** Fields of `/proc/PID/stat` (proc(5)), counted from the one after the name. */
const STATE_FIELD = 0;
const THREADS_FIELD = 17;
const START_TIME_FIELD = 19;

export const systemProcesses: Processes = {
  own: () => identityOf(process.pid),
  of: identityOf,
  state({ pid, place, startedAt }) {
    if (place !== ownPlace()) return "unknown";
    if (startedAt !== null) return startOf(pid) === startedAt ? "running" : "gone";
    return exists(pid) ? "running" : "gone";
  },
};

function identityOf(pid: number): ProcessIdentity {
  return { pid, place: ownPlace(), startedAt: startOf(pid) };
}

function ownPlace(): string {
  const namespace = orNull(() => readlinkSync("/proc/self/ns/pid"));
  return namespace === null ? hostname() : `${hostname()} ${namespace}`;
}

/** Boot and time of the start; `null` if there is no such process, or no way to know. */
function startOf(pid: number): string | null {
  return orNull(() => {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name of the program comes before, in parentheses, and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // Ended, and its parent has not asked how. While further threads are on their way out it still holds files and ports.
    if (fields[STATE_FIELD] === "Z" && Number(fields[THREADS_FIELD]) <= 1) return null;
    return `${boot} ${fields[START_TIME_FIELD]}`;
  });
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
