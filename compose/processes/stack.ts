// The stack of the compose file as processes, for commands and tests: in a folder of its own, its services reached by their
// names, and found again in that folder by any later process.

import { join, relative } from "node:path";
import { lockFile } from "../../src/dlq/file-lock.ts";
import { DashstreamError } from "../../src/errors.ts";
import type { ProcessIdentity } from "../../src/runtime/process-identity.ts";
import type { KafkaComponent } from "./kafka/releases.ts";
import { Addresses, LOOPBACK } from "./places/addresses.ts";
import { type CopyPlace, updateConfig } from "./places/config-copy.ts";
import { copyPlaces, servicePaths } from "./places/paths.ts";
import { type LeftOut, type ServicePlan, TOOLS_FOLDER } from "./plan.ts";
import { readLog } from "./running/log-file.ts";
import { stopInOrder } from "./running/order.ts";
import type { StackSeams } from "./running/seams.ts";
import { ServiceProcess, type StopOutcome } from "./running/service-process.ts";
import type { StackRecord, StateFolder } from "./running/state-folder.ts";

export const COMPOSE_FILE = join(import.meta.dir, "..", "docker-compose.dashstream.yml");

/** `completed` has done its work and ended well; `exited` is what nobody stopped. */
export type ServiceState = "ready" | "not ready" | "completed" | "exited" | "stopped";

export interface ServiceStatus {
  readonly name: string;
  readonly version: string;
  readonly state: ServiceState;
  readonly process: ProcessIdentity | null;
  /** Unix milliseconds. */
  readonly startedAtMs: number | null;
  /** Of 127.0.0.1, in the order of the compose file. */
  readonly ports: readonly number[];
  readonly log: string;
}

export interface PublishedPort {
  readonly service: string;
  /** In the compose file, and so in everything that is written about it. */
  readonly published: number;
  /** Of 127.0.0.1. */
  readonly port: number;
}

export interface StackContext {
  readonly folder: StateFolder;
  readonly seams: StackSeams;
  /** Whether processes that are started from here end with this one. */
  readonly isTied: boolean;
  /** Told what happens, a sentence at a time. */
  readonly say: (line: string) => void;
}

/** A stack, running or not. Methods that take the name of a service throw `usage` if there is none of that name. */
export class Stack {
  readonly #context: StackContext;
  #record: StackRecord;

  constructor(record: StackRecord, context: StackContext) {
    this.#record = record;
    this.#context = context;
  }

  get dir(): string {
    return this.#context.folder.dir;
  }

  get portOffset(): number {
    return this.#record.portOffset;
  }

  get kafka(): KafkaComponent {
    return this.#record.kafka;
  }

  get composeFile(): string {
    return this.#record.composeFile;
  }

  /** Profiles of the compose file that it was started with. */
  get profiles(): readonly string[] {
    return this.#record.profiles;
  }

  /** The executable of this program that it was started from; `null`: its sources. */
  get binary(): string | null {
    return this.#record.binary;
  }

  get services(): readonly ServicePlan[] {
    return this.#record.services;
  }

  /** Services of the compose file that are not there, with the reason. */
  get leftOut(): readonly LeftOut[] {
    return this.#record.leftOut;
  }

  /** How a service was started. */
  serviceOf(name: string): ServicePlan {
    return this.#plan(name);
  }

  /** `127.0.0.1:port`, where a port of the compose file is reached. */
  addressOf(service: string, containerPort: number): string {
    const { addresses } = this.#plan(service);
    const found = addresses.find((address) => address.containerPort === containerPort);
    if (found !== undefined) return `${LOOPBACK}:${found.port}`;
    const known = addresses.map((address) => address.containerPort).join(", ");
    throw new DashstreamError("usage", `${service} has no port ${containerPort}, expected one of ${known}`);
  }

  /** Ports of the compose file that are published, with the ports of this machine that stand for them. */
  get published(): readonly PublishedPort[] {
    return this.services.flatMap(({ name, addresses }) => {
      const ports = this.#record.reachable.find((service) => service.name === name)?.ports ?? [];
      return ports.flatMap(({ target, published }) => {
        const port = addresses.find((address) => address.containerPort === target)?.port;
        return published === null || port === undefined ? [] : [{ service: name, published, port }];
      });
    });
  }

  /** Where a path in the container of a service lies; the same path if it is the same on both. */
  pathOf(service: string, containerPath: string): string {
    const paths = servicePaths(this.#plan(service), this.dir);
    return paths.pathOf(containerPath) ?? containerPath;
  }

  /** What of the project is mounted in a service, with the copies that stand for it. */
  copiesOf(service: string): readonly CopyPlace[] {
    return copyPlaces(servicePaths(this.#plan(service), this.dir));
  }

  /**
   * A text with the addresses of the compose file replaced by those of this machine: commands, URLs, files.
   * @param service in whose container it is meant; its paths are replaced too. Default: it is meant outside
   */
  placed(text: string, service: string | null = null): string {
    const { reachable, portOffset, addresses } = this.#record;
    const replaced = new Addresses(reachable, portOffset, addresses).replaceIn(text, service);
    return service === null ? replaced : servicePaths(this.#plan(service), this.dir).replaceIn(replaced);
  }

  /** Where Kafka's tools lie, under the names they have in the images. */
  get toolsDir(): string {
    return join(this.dir, TOOLS_FOLDER);
  }

  /** Folders that stand for volumes, by the names that an engine gives these. */
  get volumes(): Readonly<Record<string, string>> {
    return this.#record.volumes;
  }

  /** What a service has written since the stack was started, at most the last mebibytes of it. */
  logOf(service: string): string {
    return readLog(this.#plan(service).log).text;
  }

  /** The process of a service; `null` if it does not run. */
  processOf(service: string): ProcessIdentity | null {
    const running = this.#process(service);
    return running.isRunning() ? (running.record()?.process ?? null) : null;
  }

  /** Of all services, each asked now. */
  async status(): Promise<readonly ServiceStatus[]> {
    return await Promise.all(
      this.services.map(async ({ name, launch, addresses, log }) => {
        const service = this.#process(name);
        const record = service.record();
        const state = await stateOf(service);
        return {
          name,
          version: launch.version,
          state,
          process: state === "ready" || state === "not ready" ? (record?.process ?? null) : null,
          startedAtMs: record?.startedAtMs ?? null,
          ports: addresses.map(({ port }) => port),
          log,
        };
      }),
    );
  }

  /** Starts a service that does not run and resolves when it is ready. Does nothing if it runs. */
  async start(name: string): Promise<void> {
    const service = this.#process(name);
    if (service.isRunning()) return;
    this.#updateCopies(name);
    await service.start(new AbortController().signal);
  }

  /** Starts a service that does not run, and resolves without waiting until it is ready. */
  async launch(name: string): Promise<void> {
    const service = this.#process(name);
    if (service.isRunning()) return;
    this.#updateCopies(name);
    await service.launch(new AbortController().signal);
  }

  /** Ends it in order; its data stay. */
  async stop(name: string): Promise<StopOutcome> {
    return await stopAloud(this.#process(name), this.#context.say);
  }

  /**
   * Stops and starts it; resolves when it is ready.
   * @param env variables that it has from now on; empty ones count as not set
   */
  async restart(name: string, env: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.stop(name);
    if (Object.keys(env).length > 0) {
      this.#change(name, (plan) => ({ ...plan, overrides: { ...plan.overrides, ...env } }));
    }
    await this.start(name);
  }

  /**
   * Stops and starts it with a log of its own, as a new container; resolves when it is ready.
   * @param env variables over those it was planned with, instead of those it was given before
   */
  async recreate(name: string, env: Readonly<Record<string, string>>): Promise<void> {
    await this.stop(name);
    this.#change(name, (plan) => ({ ...plan, overrides: env }));
    this.#process(name).clearLog();
    await this.start(name);
  }

  /** Ends it at once, as a crash would (SIGKILL). */
  async kill(name: string): Promise<void> {
    await this.#process(name).kill();
  }

  /** Sends a signal: SIGSTOP and SIGCONT freeze and thaw it, SIGHUP makes the server read its files again. */
  signal(name: string, signal: NodeJS.Signals): void {
    if (signal === "SIGHUP") this.#updateCopies(name);
    this.#process(name).signal(signal);
  }

  /** Ends everything in order, what uses others first. `wipe` removes the folder with all data and logs too. */
  async down({ wipe = false }: { readonly wipe?: boolean } = {}): Promise<void> {
    const { folder, seams, say } = this.#context;
    if (folder.readStack() === null) return;
    const lock = lockFile(folder.lockPath(), `the stack in ${this.dir}`, seams.processes);
    try {
      await stopInOrder(this.services, async ({ name }) => {
        await stopAloud(this.#process(name), say);
      });
    } finally {
      lock.release();
    }
    if (wipe) folder.remove();
  }

  #change(name: string, change: (plan: ServicePlan) => ServicePlan): void {
    const services = this.services.map((plan) => (plan.name === name ? change(plan) : plan));
    this.#record = { ...this.#record, services };
    this.#context.folder.writeStack(this.#record);
  }

  /** What is mounted is as the project has it whenever a program reads it anew. */
  #updateCopies(name: string): void {
    const { folder, say } = this.#context;
    const place = (text: string) => this.placed(text, name);
    const { files, changed } = updateConfig(this.copiesOf(name), folder.readCopies(name), { place });
    if (changed.length === 0) return;
    folder.writeCopies(name, files);
    const paths = changed.map((path) => relative(this.dir, path)).join(", ");
    say(`${name}: its configuration has changed since it was copied, and is copied again (${paths})`);
  }

  #plan(name: string): ServicePlan {
    const plan = this.services.find((service) => service.name === name);
    if (plan !== undefined) return plan;
    const missing = this.leftOut.find((service) => service.name === name);
    const names = this.services.map((service) => service.name).join(", ");
    const reason =
      missing === undefined ? `there is no service ${name}` : `${name} is left out: ${missing.reason}`;
    throw new DashstreamError("usage", `${reason}; expected one of ${names}`);
  }

  #process(name: string): ServiceProcess {
    const { folder, seams, isTied } = this.#context;
    return new ServiceProcess({ plan: this.#plan(name), folder, seams, isTied });
  }
}

async function stateOf(service: ServiceProcess): Promise<ServiceState> {
  if (service.record() === null) return "stopped";
  if (service.isCompleted()) return "completed";
  if (!service.isRunning()) return "exited";
  return (await service.isReady()) ? "ready" : "not ready";
}

/** Stops a service and says how that went. */
export async function stopAloud(service: ServiceProcess, say: (line: string) => void): Promise<StopOutcome> {
  const { name, stopSignal, gracePeriodMs } = service.plan;
  const isCompleted = service.isCompleted();
  const outcome = await service.stop(() =>
    say(`${name}: still runs ${gracePeriodMs / 1000} s after ${stopSignal}, sending SIGKILL`),
  );
  if (outcome === "ended") say(`${name}: ended after ${stopSignal}`);
  else if (outcome === "had to be killed") say(`${name}: ended after SIGKILL`);
  else if (!isCompleted) say(`${name}: does not run`);
  return outcome;
}
