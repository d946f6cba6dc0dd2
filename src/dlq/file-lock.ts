// A lock that only one process holds at a time: a file that names its owner. One that a dead process left behind is
// taken over; whether an owner elsewhere lives cannot be known, so its lock is respected.

import { closeSync, openSync, readFileSync, unlinkSync, writeSync } from "node:fs";
import { DashstreamError, systemCode } from "../errors.ts";
import type { Processes, ProcessIdentity } from "../runtime/process-identity.ts";
import { asObject, integer, text } from "./json-object.ts";

export interface FileLock {
  /** The dead owner it was taken from, `null` if it was free. */
  readonly takenFrom: ProcessIdentity | null;
  release(): void;
}

/**
 * Takes the lock file at `path`; `what` is what it protects.
 * @throws DashstreamError `storage_failed` if another process holds it, or the file cannot be written
 */
export function lockFile(path: string, what: string, processes: Processes): FileLock {
  const release = () => unlinkSync(path);
  if (create(path, processes)) return { takenFrom: null, release };
  // Of several that find the same dead owner only one may remove its file, or the second would remove the first's.
  const takeover = `${path}.takeover`;
  const owner = requireDead(path, what, processes);
  if (!create(takeover, processes)) {
    requireDead(takeover, what, processes);
    throw held(what, `${takeover} was left behind by a process that ended in the middle: remove that file`);
  }
  try {
    requireDead(path, what, processes);
    unlinkSync(path);
    if (!create(path, processes)) throw held(what, "another process was faster");
    return { takenFrom: owner, release };
  } finally {
    unlinkSync(takeover);
  }
}

/** `false` if the file exists. */
function create(path: string, processes: Processes): boolean {
  try {
    const descriptor = openSync(path, "wx", 0o600);
    writeSync(descriptor, `${JSON.stringify(processes.own())}\n`);
    closeSync(descriptor);
    return true;
  } catch (cause) {
    if (systemCode(cause) === "EEXIST") return false;
    throw new DashstreamError("storage_failed", `cannot write the lock ${path}`, { cause });
  }
}

/** The owner of a lock, which is dead. @throws DashstreamError `storage_failed` if it is not */
function requireDead(path: string, what: string, processes: Processes): ProcessIdentity {
  const owner = readOwner(path);
  if (owner === null) {
    throw held(what, `${path} does not say by whom: remove that file if no other run is under way`);
  }
  switch (processes.state(owner)) {
    case "gone":
      return owner;
    case "running":
      throw held(what, `process ${owner.pid} holds it`);
    case "unknown":
      throw held(
        what,
        `process ${owner.pid} of ${owner.place} holds it, which cannot be asked from here: remove ${path} if that process is gone`,
      );
  }
}

function readOwner(path: string): ProcessIdentity | null {
  const content = asObject(readLock(path));
  const [pid, place, startedAt] = [integer(content?.pid), text(content?.place), content?.startedAt];
  if (pid === null || place === null) return null;
  return { pid, place, startedAt: text(startedAt) };
}

function readLock(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}

function held(what: string, why: string): DashstreamError {
  return new DashstreamError("storage_failed", `${what} is in use: ${why}`);
}
