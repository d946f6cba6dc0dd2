// Where a ledger lies unless somebody says otherwise: with the state of this user, one file for each dead-letter topic
// of each cluster.

import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** By the XDG Base Directory Specification: relative paths in the variable do not count. */
export function defaultLedgerPath(
  env: Readonly<Record<string, string | undefined>>,
  clusterId: string,
  topic: string,
): string {
  const { XDG_STATE_HOME: given = "" } = env;
  const state = isAbsolute(given) ? given : join(env.HOME || homedir(), ".local", "state");
  const cluster = clusterId.replaceAll(/[^A-Za-z0-9._-]/g, "_");
  return join(state, "dashstream", "redrive", `${cluster}.${topic}.jsonl`);
}
