// The faults that are in force on one stage: put in force, shown and cleared by whoever drills. What is done to the stage is
// done one after the other, and at the end all is cleared, whatever else fails.

import { DashstreamError, describeError } from "../../src/errors.ts";
import { Turns } from "../control/turns.ts";
import type { Fault, RunningFault } from "./fault.ts";
import { FAULTS, noSuchFault, parseFaultParams } from "./faults.ts";
import type { Capability, Stage } from "./stage.ts";

export interface FaultInForce {
  /** `f1`, `f2`, ... in the order in which they were put in force. */
  readonly id: string;
  readonly fault: string;
  /** As checked, with defaults. */
  readonly params: unknown;
  /** Since when, wall-clock milliseconds. */
  readonly sinceMs: number;
  /** How often it took so far. */
  readonly hits: number;
}

interface Entry extends Omit<FaultInForce, "hits"> {
  readonly running: RunningFault;
}

/** What became of an order. */
export type Applied =
  | { readonly kind: "applied"; readonly fault: FaultInForce }
  /** The same fault with the same parameters is in force already, and stays. */
  | { readonly kind: "in force already"; readonly fault: FaultInForce };

/** Faults that a stage can have: those that need nothing that it lacks. */
export function faultsOf(stage: Stage): readonly Fault[] {
  return [...FAULTS.values()].filter((fault) => missing(fault, stage).length === 0);
}

function missing({ needs }: Fault, stage: Stage): readonly Capability[] {
  return needs.filter((part) => stage[part] === null);
}

export class FaultBoard {
  readonly #stage: Stage;
  readonly #entries = new Map<string, Entry>();
  #lastId = 0;
  #isClosed = false;
  readonly #turns = new Turns();

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  list(): readonly FaultInForce[] {
    return [...this.#entries.values()].map(shown);
  }

  /**
   * Puts a fault in force.
   * @throws DashstreamError `scenario_invalid` for a fault that is unknown, wrong or impossible here; `aborted` when the
   *   board is closed; else what kept it from taking
   */
  apply(name: string, params: Readonly<Record<string, unknown>> = {}): Promise<Applied> {
    return this.#turns.take(async () => {
      if (this.#isClosed) throw new DashstreamError("aborted", "no fault is put in force at the end");
      const possible = faultsOf(this.#stage).map((each) => each.name);
      if (!FAULTS.has(name)) throw noSuchFault(name, possible);
      const { fault, params: checked } = parseFaultParams(name, params);
      const lacking = missing(fault, this.#stage);
      if (lacking.length > 0) {
        const what = lacking.join(" and ");
        throw new DashstreamError(
          "scenario_invalid",
          `fault ${name}: needs ${what}, which cannot be controlled here`,
        );
      }
      const twin = this.#twinOf(name, checked);
      if (twin !== undefined) return { kind: "in force already", fault: shown(twin) };
      const running = await fault.apply(this.#stage, checked);
      const sinceMs = this.#stage.clock.nowMs();
      const entry: Entry = { id: `f${++this.#lastId}`, fault: name, params: checked, sinceMs, running };
      this.#entries.set(entry.id, entry);
      return { kind: "applied", fault: shown(entry) };
    });
  }

  /** Takes one away; `null` if it is not in force. @throws what keeps it in force */
  clear(id: string): Promise<FaultInForce | null> {
    return this.#turns.take(async () => {
      const entry = this.#entries.get(id);
      if (entry === undefined) return null;
      await entry.running.clear();
      this.#entries.delete(id);
      return shown(entry);
    });
  }

  /**
   * Takes all away, the last one first.
   * @returns those that were in force
   * @throws DashstreamError `invariant` naming each that could not be taken away, after the others were
   */
  clearAll(): Promise<readonly FaultInForce[]> {
    return this.#turns.take(async () => {
      const cleared: FaultInForce[] = [];
      const problems: string[] = [];
      for (const entry of [...this.#entries.values()].reverse()) {
        try {
          await entry.running.clear();
          this.#entries.delete(entry.id);
          cleared.push(shown(entry));
        } catch (error) {
          problems.push(`fault ${entry.fault} (${entry.id}) is still in force: ${describeError(error)}`);
        }
      }
      if (problems.length > 0) throw new DashstreamError("invariant", problems.join("; "));
      return cleared;
    });
  }

  /** Takes all away, and none is put in force from now on. @throws as `clearAll` */
  close(): Promise<readonly FaultInForce[]> {
    this.#isClosed = true;
    return this.clearAll();
  }

  #twinOf(name: string, params: unknown): Entry | undefined {
    const text = JSON.stringify(params);
    return [...this.#entries.values()].find(
      (entry) => entry.fault === name && JSON.stringify(entry.params) === text,
    );
  }
}

function shown({ running, ...entry }: Entry): FaultInForce {
  return { ...entry, hits: running.hits() };
}
