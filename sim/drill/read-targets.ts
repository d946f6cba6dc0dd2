// Whether Prometheus reads the files of targets that a drill would empty: another directory with files of the same names
// changes nothing, and its targets would not vanish. Paths differ inside of containers, so that what the files list is compared.

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

/** @throws DashstreamError `usage` naming the first file that Prometheus does not read */
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
    if (clock.monotonicMs() >= untilMs || !(await clock.sleep(POLL_MS, signal))) {
      throw new DashstreamError(
        "usage",
        `${defect}; expected --targets to be the directory of the files that ${prometheus.url} reads`,
      );
    }
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
  if (unknown === undefined) return null;
  const instead = known.length === 0 ? "none from such a file" : `${known.join(", ")} from such a file`;
  return `${path} lists ${unknown} for the job ${job}, and Prometheus has ${instead}`;
}

function baseName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? "";
}
