// What a stack leaves on disk, so that any later process can find it again: the plan it was started with, and for each
// service which process it is. Each service has a file of its own, so that two can change at once.

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DashstreamError } from "../../../src/errors.ts";
import type { ProcessIdentity } from "../../../src/runtime/process-identity.ts";
import type { KafkaComponent } from "../kafka/releases.ts";
import type { CopiedFiles } from "../places/config-copy.ts";
import { FILES_FOLDER } from "../places/paths.ts";
import type { StackPlan } from "../plan.ts";

/** How a stack was started. */
export interface StackRecord extends StackPlan {
  readonly composeFile: string;
  readonly profiles: readonly string[];
  readonly portOffset: number;
  readonly kafka: KafkaComponent;
  /** The executable of this program that it was started from; `null`: its sources. */
  readonly binary: string | null;
}

/** Of a stack that was started before these were recorded. */
const UNRECORDED: Pick<StackRecord, "profiles" | "binary"> = { profiles: [], binary: null };

/** A process that a service was started as. */
export interface ServiceRecord {
  readonly process: ProcessIdentity;
  /** Unix milliseconds. */
  readonly startedAtMs: number;
  /** It has done what it had to and ended well. */
  readonly isCompleted?: true;
}

export class StateFolder {
  readonly dir: string;

  constructor(dir: string) {
    this.dir = dir;
  }

  /** Makes it. Its files hold what the services are configured with, so that others are kept out. */
  create(): void {
    mkdirSync(this.dir, { recursive: true, mode: 0o700 });
    for (const name of ["services", "logs", "data"]) mkdirSync(join(this.dir, name), { recursive: true });
  }

  /** Removes what services have for themselves: copies of configuration, and what they wrote beside their volumes. */
  clearFiles(): void {
    rmSync(join(this.dir, FILES_FOLDER), { recursive: true, force: true });
  }

  /** The stack that was started here last; `null` if there was none. */
  readStack(): StackRecord | null {
    const record = this.#read<StackRecord>(this.#stackPath());
    return record === null ? null : { ...UNRECORDED, ...record };
  }

  writeStack(stack: StackRecord): void {
    write(this.#stackPath(), stack);
  }

  /** The process of a service; `null` if it was never started, or was stopped. */
  readService(name: string): ServiceRecord | null {
    return this.#read(this.#servicePath(name));
  }

  writeService(name: string, record: ServiceRecord): void {
    write(this.#servicePath(name), record);
  }

  removeService(name: string): void {
    rmSync(this.#servicePath(name), { force: true });
  }

  /** What the configuration of a service was copied from. */
  readCopies(name: string): CopiedFiles {
    return this.#read<CopiedFiles>(this.#copiesPath(name)) ?? {};
  }

  writeCopies(name: string, files: CopiedFiles): void {
    write(this.#copiesPath(name), files);
  }

  lockPath(): string {
    return join(this.dir, "lock");
  }

  /** Removes everything, data too. */
  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }

  #stackPath(): string {
    return join(this.dir, "stack.json");
  }

  #servicePath(name: string): string {
    return join(this.dir, "services", name, "process.json");
  }

  #copiesPath(name: string): string {
    return join(this.dir, "services", name, "copies.json");
  }

  #read<T>(path: string): T | null {
    if (!existsSync(path)) return null;
    try {
      return JSON.parse(readFileSync(path, "utf8")) as T;
    } catch (cause) {
      throw new DashstreamError("storage_failed", `cannot read ${path}`, { cause });
    }
  }
}

/** In one step, so that a reader never sees half of it. */
function write(path: string, value: object): void {
  const beside = `${path}.${process.pid}`;
  writeFileSync(beside, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(beside, path);
}
