// Targets of Prometheus that come from files, taken away and put back. The files are as they were in the end.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { JOBS } from "../../src/alerts/site.ts";
import { DashstreamError } from "../../src/errors.ts";
import { COMPONENT_NAMES, type ComponentName, type DiscoveryControl } from "../faults/stage.ts";

/** A file of targets, and what it lists. */
export interface TargetFile {
  readonly path: string;
  readonly job: string;
  /** `host:port` of each target. */
  readonly addresses: readonly string[];
}

/** `file_sd_configs` of Prometheus, as JSON. */
const targetGroups = z.array(z.object({ targets: z.array(z.string()) }));

const NO_TARGETS = "[]\n";

/** @param directory holds a file of targets for each job, named as the job */
export function targetFiles(directory: string): DiscoveryControl {
  const kept = new Map<ComponentName, string>();
  return {
    withdraw(name) {
      if (kept.has(name)) return;
      const path = fileOf(directory, name);
      kept.set(name, read(path));
      write(path, NO_TARGETS);
    },
    restore(name) {
      const text = kept.get(name);
      if (text === undefined) return false;
      write(fileOf(directory, name), text);
      kept.delete(name);
      return true;
    },
  };
}

/**
 * What the files of a directory list, before anything is taken away.
 * @throws DashstreamError `usage` if one is not there, or is no list with targets
 */
export function listedTargets(directory: string): readonly TargetFile[] {
  const refuse = (defect: string) =>
    new DashstreamError(
      "usage",
      `--targets is "${directory}", expected a directory with a file for each job: ${defect}`,
    );
  const missing = COMPONENT_NAMES.map((name) => fileOf(directory, name)).filter((path) => !existsSync(path));
  if (missing.length > 0) throw refuse(`there is no ${missing.join(", no ")}`);
  return COMPONENT_NAMES.map((name) => {
    const path = fileOf(directory, name);
    const groups = targetGroups.safeParse(parsed(read(path)));
    if (!groups.success) throw refuse(`${path} is no JSON list of targets`);
    const addresses = groups.data.flatMap(({ targets }) => targets);
    if (addresses.length === 0) throw refuse(`${path} lists no targets`);
    return { path, job: jobOf(name), addresses };
  });
}

function fileOf(directory: string, name: ComponentName): string {
  return join(directory, `${jobOf(name)}.json`);
}

function jobOf(name: ComponentName): string {
  return JOBS[name === "exporter" ? "prometheus-exporter" : name];
}

/** `null` if the text is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new DashstreamError("storage_failed", `cannot read the targets in ${path}`, { cause });
  }
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (cause) {
    throw new DashstreamError("storage_failed", `cannot write the targets in ${path}`, { cause });
  }
}
