// Targets of Prometheus that come from files, taken away and put back. The files are as they were in the end.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { JOBS } from "../../src/alerts/site.ts";
import { DashstreamError } from "../../src/errors.ts";
import { COMPONENT_NAMES, type ComponentName, type DiscoveryControl } from "../faults/stage.ts";

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
      if (text === undefined) return;
      write(fileOf(directory, name), text);
      kept.delete(name);
    },
  };
}

/** What is wrong with a directory of targets, before anything is taken away; `null` if nothing is. */
export function targetFilesDefect(directory: string): string | null {
  const missing = COMPONENT_NAMES.map((name) => fileOf(directory, name)).filter((path) => !existsSync(path));
  return missing.length === 0 ? null : `there is no ${missing.join(", no ")}`;
}

function fileOf(directory: string, name: ComponentName): string {
  return join(directory, `${JOBS[name === "exporter" ? "prometheus-exporter" : name]}.json`);
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
