// Whether Prometheus reads the files of targets that a drill would empty: another directory with files of the same names
// changes nothing, and its targets would not vanish. Where the path that Prometheus names exists on this machine, it must be
// that very file. Elsewhere, as inside of a container, only names and content are compared: a copy would not be noticed.

import { existsSync, realpathSync } from "node:fs";
import { isAbsolute } from "node:path";
import { DashstreamError } from "../../src/errors.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import type { PrometheusApi, TargetStatus } from "./prometheus-api.ts";
import type { TargetFile } from "./target-files.ts";

export interface ReadTargetsOptions {
  readonly prometheus: PrometheusApi;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A Prometheus that was just started tells of its targets some seconds later. */
const PATIENCE_MS = 15_000;
const POLL_MS = 1_000;

/** The file that a target comes from, as Prometheus names it; targets of other discoveries have none. */
const FILE_LABEL = "__meta_filepath";

/** @throws DashstreamError `usage` naming the first file that Prometheus does not read, or `aborted` */
export async function requireReadTargets(
  files: readonly TargetFile[],
  { prometheus, clock, signal }: ReadTargetsOptions,
): Promise<void> {
  if (files.length === 0) return;
  const untilMs = clock.monotonicMs() + PATIENCE_MS;
  for (;;) {
    const targets = await prometheus.targets();
    const defect = files.map((file) => defectOf(file, targets)).find((found) => found !== null);
    if (defect === undefined) return;
    if (clock.monotonicMs() < untilMs) {
      if (await clock.sleep(POLL_MS, signal)) continue;
      throw new DashstreamError(
        "aborted",
        `interrupted while ${prometheus.url} was asked for its targets; nothing was broken`,
      );
    }
    throw new DashstreamError(
      "usage",
      `${defect}; expected --targets to be the directory of the files that ${prometheus.url} reads`,
    );
  }
}

/** What a file lists and Prometheus does not have from a file of that name; `null` if it has everything. */
function defectOf({ path, job, addresses }: TargetFile, targets: readonly TargetStatus[]): string | null {
  const read = targets.filter(
    ({ labels, discoveredLabels }) =>
      labels.job === job && baseName(discoveredLabels[FILE_LABEL] ?? "") === baseName(path),
  );
  const known = read.map(({ discoveredLabels }) => discoveredLabels.__address__);
  const unknown = addresses.find((address) => !known.includes(address));
  if (unknown === undefined) return read.map((target) => otherPlace(path, target)).find(Boolean) ?? null;
  const instead = known.length === 0 ? "none from such a file" : `${known.join(", ")} from such a file`;
  return `${path} lists ${unknown} for the job ${job}, and Prometheus has ${instead}`;
}

/** What is said where Prometheus reads another file of this machine; `null` if nobody knows that it does. */
function otherPlace(path: string, { discoveredLabels }: TargetStatus): string | null {
  const theirs = discoveredLabels[FILE_LABEL] ?? "";
  // What is relative begins where Prometheus has its configuration.
  if (!isAbsolute(theirs) || !existsSync(theirs) || realpathSync(theirs) === realpathSync(path)) return null;
  return `${path} is another file than ${theirs}, which Prometheus reads`;
}

function baseName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? "";
}
