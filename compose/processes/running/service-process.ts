// One service and its process: started, asked for its state, stopped in order, killed. A process is known by its number
// and the time of its start, so that nobody else is ever signalled when the number is used again.

import { rmSync } from "node:fs";
import { DashstreamError, systemCode } from "../../../src/errors.ts";
import { keepClasses } from "../kafka/java.ts";
import type { ServicePlan } from "../plan.ts";
import { launchProcess, prepare } from "./launch-process.ts";
import { lastOf, linesOf, readLog } from "./log-file.ts";
import { isReady } from "./readiness.ts";
import type { StackSeams } from "./seams.ts";
import type { ServiceRecord, StateFolder } from "./state-folder.ts";

/** Between looks at a process. */
const PAUSE_MS = 50;
const SHOWN_LOG_LINES = 20;

/** How a stop went. */
export type StopOutcome = "was not running" | "ended" | "had to be killed";

export interface ServiceProcessOptions {
  readonly plan: ServicePlan;
  readonly folder: StateFolder;
  readonly seams: StackSeams;
  /** Whether its process ends with this one. */
  readonly isTied: boolean;
}

export class ServiceProcess {
  readonly plan: ServicePlan;
  readonly #folder: StateFolder;
  readonly #seams: StackSeams;
  readonly #isTied: boolean;
  /** Resolves with exit code or signal of the process that was started here last. */
  #ending: Promise<string> | null = null;

  constructor({ plan, folder, seams, isTied }: ServiceProcessOptions) {
    this.plan = plan;
    this.#folder = folder;
    this.#seams = seams;
    this.#isTied = isTied;
  }

  /** What was started last and not stopped, running or not. */
  record(): ServiceRecord | null {
    return this.#folder.readService(this.plan.name);
  }

  /** Whether that process still runs. */
  isRunning(): boolean {
    const record = this.record();
    return record !== null && this.#seams.processes.state(record.process) === "running";
  }

  /** Whether it has done what it had to, and ended well. */
  isCompleted(): boolean {
    return this.record()?.isCompleted === true;
  }

  isReady(): Promise<boolean> {
    return isReady(this.plan.launch.readiness, this.#seams);
  }

  /**
   * Starts it and resolves when it does its work.
   * @throws DashstreamError `storage_failed` with the end of its log if it ends before, `aborted`
   */
  async start(signal: AbortSignal): Promise<void> {
    const record = await this.launch(signal);
    if (this.plan.launch.readiness.kind === "completed") await this.#untilCompleted(record, signal);
    else await this.#untilReady(signal);
  }

  /**
   * Starts it and resolves as soon as its process runs, whatever becomes of it.
   * @throws DashstreamError `storage_failed` if it cannot be started
   */
  async launch(signal: AbortSignal): Promise<ServiceRecord> {
    await prepare(this.plan);
    if (signal.aborted) throw this.#aborted();
    const child = await launchProcess(this.plan, { isTied: this.#isTied });
    this.#ending = new Promise((resolve) =>
      child.once("exit", (code, by) => resolve(code === null ? `signal ${by}` : `exit code ${code}`)),
    );
    const { clock, processes } = this.#seams;
    const record = { process: processes.of(child.pid), startedAtMs: clock.nowMs() };
    this.#folder.writeService(this.plan.name, record);
    return record;
  }

  async #untilReady(signal: AbortSignal): Promise<void> {
    const { clock } = this.#seams;
    const { readiness } = this.plan.launch;
    const earliestMs = clock.monotonicMs() + (readiness.kind === "running" ? readiness.forMs : 0);
    while (this.isRunning()) {
      if (clock.monotonicMs() >= earliestMs && (await this.isReady())) return;
      await this.#pause(signal);
    }
    throw await this.#died();
  }

  async #untilCompleted(record: ServiceRecord, signal: AbortSignal): Promise<void> {
    while (this.isRunning()) await this.#pause(signal);
    if ((await this.#ending) !== "exit code 0") throw await this.#died();
    this.#folder.writeService(this.plan.name, { ...record, isCompleted: true });
  }

  async #pause(signal: AbortSignal): Promise<void> {
    if (!(await this.#seams.clock.sleep(PAUSE_MS, signal))) throw this.#aborted();
  }

  #aborted(): DashstreamError {
    return new DashstreamError("aborted", `${this.plan.name} was not ready yet`);
  }

  async #died(): Promise<DashstreamError> {
    const { name, log } = this.plan;
    const tail = lastOf(linesOf(readLog(log).text), SHOWN_LOG_LINES);
    const end = tail.length === 0 ? `${log} is empty` : `the end of ${log}:\n${tail.join("\n")}`;
    return new DashstreamError(
      "storage_failed",
      `${name} ended with ${await this.#ending} while it started; ${end}`,
    );
  }

  /** Sends a signal. @throws DashstreamError `usage` if it does not run */
  signal(signal: NodeJS.Signals): void {
    if (!this.#send(signal)) throw new DashstreamError("usage", `${this.plan.name} does not run`);
  }

  /** False if there is nobody to send it to. */
  #send(signal: NodeJS.Signals): boolean {
    const record = this.record();
    if (record === null || !this.isRunning()) return false;
    try {
      this.#seams.signal(record.process.pid, signal);
      return true;
    } catch (error) {
      // It ended just now.
      if (systemCode(error) === "ESRCH") return false;
      throw error;
    }
  }

  /** Ends it at once, as a crash would. Does nothing if it does not run. */
  async kill(): Promise<void> {
    this.#send("SIGKILL");
    await this.#ended();
  }

  /**
   * Ends it in order: its stop signal, its grace period, then SIGKILL.
   * @param onKill told that the grace period is over
   */
  async stop(onKill: () => void = () => {}): Promise<StopOutcome> {
    const { stopSignal, gracePeriodMs } = this.plan;
    if (!this.#send(stopSignal)) {
      this.#forget();
      return "was not running";
    }
    // What stands still (SIGSTOP) would not hear of it.
    this.#send("SIGCONT");
    const isOver = await this.#ended(gracePeriodMs);
    if (!isOver) {
      onKill();
      await this.kill();
    }
    this.#forget();
    return isOver ? "ended" : "had to be killed";
  }

  /** Resolves true once it has ended, or false when the time is up. */
  async #ended(withinMs = Number.POSITIVE_INFINITY): Promise<boolean> {
    const { clock } = this.#seams;
    const startedMs = clock.monotonicMs();
    while (this.isRunning()) {
      if (clock.monotonicMs() - startedMs >= withinMs) return false;
      await clock.sleep(PAUSE_MS);
    }
    const { freshClasses } = this.plan.launch;
    if (freshClasses !== undefined) keepClasses(freshClasses.component, freshClasses.path);
    return true;
  }

  #forget(): void {
    this.#folder.removeService(this.plan.name);
  }

  /** Begins the log anew. */
  clearLog(): void {
    rmSync(this.plan.log, { force: true });
  }
}
