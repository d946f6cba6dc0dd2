// Starting a stack: planned from the compose file, its ports looked at, started as far in parallel as dependencies allow,
// and stopped again if any part of it fails.

import { dirname, join, resolve } from "node:path";
import { lockFile } from "../../src/dlq/file-lock.ts";
import { DashstreamError } from "../../src/errors.ts";
import { systemRandom } from "../../src/runtime/random.ts";
import { readComposeFile } from "./compose-file/compose-file.ts";
import type { Variables } from "./compose-file/interpolation.ts";
import { type ConfigChanges, configRewrite } from "./config-changes.ts";
import type { KafkaComponent } from "./kafka/releases.ts";
import { searchPath } from "./machine.ts";
import { LOOPBACK } from "./places/addresses.ts";
import { planStack, type ServicePlan } from "./plan.ts";
import { startInOrder, stopInOrder } from "./running/order.ts";
import { requireFreePorts } from "./running/ports.ts";
import { type StackSeams, systemStackSeams } from "./running/seams.ts";
import { ServiceProcess } from "./running/service-process.ts";
import { type StackRecord, StateFolder } from "./running/state-folder.ts";
import { COMPOSE_FILE, Stack, type StackContext, stopAloud } from "./stack.ts";
import { createTopics, STACK_TOPICS } from "./topics.ts";

export interface StackOptions extends ConfigChanges {
  /** State folder: processes, logs, data. */
  readonly dir: string;
  /** Shifts all ports; `free`: to where none is taken. Default 0. */
  readonly portOffset?: number | "free";
  /** Default 3.9. */
  readonly kafka?: KafkaComponent;
  /** The executable of this program; `null`: its sources. Default those, or what a stack that runs was started from. */
  readonly binary?: string | null;
  readonly composeFile?: string;
  /** Variables of the compose file; they win over those of `.env` beside it. */
  readonly variables?: Variables;
  /** By service: variables that replace or join those of the file; an empty one counts as not set. */
  readonly env?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** By service: words that join its command line. */
  readonly args?: Readonly<Record<string, readonly string[]>>;
  /** Whether all its processes end with this one, even if that is killed. Default true. */
  readonly isTied?: boolean;
  /** Default: what `COMPOSE_PROFILES` asks for. A stack that runs keeps those that it has. */
  readonly profiles?: readonly string[];
  /** Told what happens, a sentence at a time. */
  readonly say?: (line: string) => void;
  /** Told what is being waited for, whenever that changes. */
  readonly onWaiting?: (services: readonly string[]) => void;
  /** Ends the start: what was started is stopped. */
  readonly signal?: AbortSignal;
  /** Milliseconds until the start counts as failed. */
  readonly timeoutMs?: number;
  readonly seams?: StackSeams;
}

const DEFAULT_TIMEOUT_MS = 120_000;

/**
 * Starts what does not run yet of the stack in a folder, and resolves when all of it is ready.
 * @throws DashstreamError `config_invalid`, `port_in_use`, `usage` if it runs with other options, `storage_failed` if a
 *   program is missing or ends while it starts, `aborted` when it takes too long
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { say = () => {}, isTied = true, seams = systemStackSeams } = options;
  const folder = new StateFolder(resolve(options.dir));
  const context: StackContext = { folder, seams, isTied, say };
  folder.create();
  const lock = lockFile(folder.lockPath(), `the stack in ${folder.dir}`, seams.processes);
  try {
    const before = folder.readStack();
    const alive = (before?.services ?? []).filter((plan) => processOf(plan, context).isRunning());
    // What has done its work need not do it again while the rest lives on.
    const done = (before?.services ?? []).filter((plan) => processOf(plan, context).isCompleted());
    const running = alive.length === 0 ? [] : [...alive, ...done];
    if (before !== null && running.length > 0) requireSame(before, options);
    for (const { name } of alive) say(`${name}: runs already`);
    const record =
      before !== null && running.length > 0
        ? await plannedRecord(options, before.portOffset, context, { ...before, running })
        : await freshRecord(options, context);
    folder.writeStack(record);
    const missing = record.services.filter(({ name }) => !running.some((plan) => plan.name === name));
    for (const { name, reason } of record.leftOut) say(`${name}: left out, ${reason}`);
    for (const note of record.notes) say(note);
    if (running.length === 0) for (const plan of missing) processOf(plan, context).clearLog();
    // A job of the compose file makes them, if there is one.
    const makesTopics = record.services.every(({ launch }) => launch.readiness.kind !== "completed");
    await startAll(missing, makesTopics, options, context);
    return new Stack(record, context);
  } finally {
    lock.release();
  }
}

function processOf(plan: ServicePlan, { folder, seams, isTied }: StackContext): ServiceProcess {
  return new ServiceProcess({ plan, folder, seams, isTied });
}

/** Half of a stack with other ports or another Kafka would fit nothing. */
function requireSame({ portOffset, kafka }: StackRecord, options: StackOptions): void {
  const wanted = { portOffset: options.portOffset ?? 0, kafka: options.kafka ?? DEFAULT_KAFKA };
  if (wanted.portOffset !== "free" && wanted.portOffset !== portOffset) {
    throw other(`port offset ${portOffset}`, String(wanted.portOffset));
  }
  if (wanted.kafka !== kafka) throw other(kafka, wanted.kafka);
}

function other(current: string, wanted: string): DashstreamError {
  return new DashstreamError("usage", `the stack runs with ${current}, not ${wanted}: stop it first`);
}

const DEFAULT_KAFKA: KafkaComponent = "kafka-3.9";

/**
 * What of a stack goes on. Its profiles do: nobody would know any more of what runs because of them. What is added to it is
 * the same program.
 */
interface Kept extends Pick<StackRecord, "profiles" | "binary"> {
  readonly running: readonly ServicePlan[];
}

const NOTHING: Kept = { running: [], profiles: [], binary: null };

async function plannedRecord(
  options: StackOptions,
  portOffset: number,
  { folder, seams }: StackContext,
  { running, ...kept }: Kept = NOTHING,
): Promise<StackRecord> {
  const { composeFile = COMPOSE_FILE, variables = {}, kafka = DEFAULT_KAFKA } = options;
  const { binary: executable = kept.binary } = options;
  const binary = executable === null ? null : resolve(executable);
  const path = resolve(composeFile);
  const file = readComposeFile(path, variables);
  const profiles = [...new Set([...kept.profiles, ...(options.profiles ?? file.profiles)])];
  const plan = planStack({
    dir: folder.dir,
    file,
    portOffset,
    kafka,
    binary,
    profiles,
    env: options.env ?? {},
    args: options.args ?? {},
    rewrite: configRewrite(options, dirname(path)),
    running: new Set(running.map(({ name }) => name)),
    which: (name) => Bun.which(name),
    searchPath: searchPath(),
  });
  const runningPlan = (name: string) => running.find((service) => service.name === name);
  const toStart = plan.services.filter(({ name }) => runningPlan(name) === undefined);
  await requireFreePorts(toStart, seams.network);
  const services = plan.services.map((service) => runningPlan(service.name) ?? service);
  return { ...plan, services, composeFile: path, profiles, portOffset, kafka, binary };
}

/** Below the ports that the system gives to outgoing connections, whichever port of the stack is shifted. */
const FREE_OFFSETS = { first: 1_000, count: 2_600 };
const MAX_TRIES = 20;

/** Of a stack of which nothing runs. */
async function freshRecord(options: StackOptions, context: StackContext): Promise<StackRecord> {
  const { portOffset = 0 } = options;
  // What belonged to a container alone is gone with it; volumes stay.
  context.folder.clearFiles();
  if (portOffset !== "free") return await plannedRecord(options, portOffset, context);
  for (let tries = 1; ; tries++) {
    try {
      const offset = FREE_OFFSETS.first + systemRandom.int(FREE_OFFSETS.count);
      return await plannedRecord(options, offset, context);
    } catch (error) {
      const isHeld = error instanceof DashstreamError && error.code === "port_in_use";
      if (!isHeld || tries === MAX_TRIES) throw error;
    }
  }
}

async function startAll(
  services: readonly ServicePlan[],
  makesTopics: boolean,
  options: StackOptions,
  context: StackContext,
): Promise<void> {
  const { signal, timeoutMs = DEFAULT_TIMEOUT_MS, onWaiting = () => {} } = options;
  const { clock } = context.seams;
  const late = new AbortController();
  const timer = clock.after(timeoutMs, () => late.abort());
  const waiting = new Set(services.map(({ name }) => name));
  const started: ServicePlan[] = [];
  const start = async (plan: ServicePlan, aborted: AbortSignal) => {
    started.push(plan);
    await startAloud(plan, makesTopics, aborted, context);
    waiting.delete(plan.name);
    onWaiting([...waiting]);
  };
  onWaiting([...waiting]);
  try {
    await startInOrder(services, start, AbortSignal.any([late.signal, ...(signal ? [signal] : [])]));
  } catch (error) {
    await stopInOrder(started, async (plan) => void (await stopAloud(processOf(plan, context), context.say)));
    if (signal?.aborted) throw new DashstreamError("aborted", "the start was interrupted", { cause: error });
    if (late.signal.aborted) {
      const names = [...waiting].join(", ");
      const logs = join(context.folder.dir, "logs");
      throw new DashstreamError(
        "aborted",
        `not ready after ${timeoutMs / 1000} s: ${names}; their logs are in ${logs}`,
        { cause: error },
      );
    }
    throw error;
  } finally {
    timer.cancel();
  }
}

async function startAloud(
  plan: ServicePlan,
  makesTopics: boolean,
  signal: AbortSignal,
  context: StackContext,
): Promise<void> {
  const { seams, say } = context;
  const startedMs = seams.clock.monotonicMs();
  await processOf(plan, context).start(signal);
  const { readiness, version } = plan.launch;
  if (readiness.kind === "kafka" && makesTopics) {
    for (const { name, partitions, isNew } of await createTopics(readiness.port, STACK_TOPICS, seams)) {
      const what = isNew ? "made, the compose file makes none" : "is there";
      say(`topic ${name}: ${what} (partitions: ${partitions})`);
    }
  }
  const seconds = ((seams.clock.monotonicMs() - startedMs) / 1000).toFixed(1);
  const ports = plan.addresses.map(({ port }) => port).join(", ");
  const what = readiness.kind === "completed" ? "done" : "ready";
  say(
    `${plan.name}: ${what} after ${seconds} s (${version}${ports === "" ? "" : `, ${LOOPBACK} port ${ports}`})`,
  );
}
