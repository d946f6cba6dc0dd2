// Libraries read the time, set timers and draw random numbers through globals. While these are replaced, they live
// in virtual time and repeat themselves from a seed. Not covered: what they bind before, timers of `node:timers`,
// and the runtime's own, such as `AbortSignal.timeout` and the limits of a test.

import { DashstreamError } from "../../src/errors.ts";
import type { Clock, Timer } from "../../src/runtime/clock.ts";
import type { Random } from "../../src/runtime/random.ts";
import { later } from "./turns.ts";

const NS_PER_MS = 1_000_000;
const NS_PER_SECOND = 1_000_000_000n;

/** Counts immediates that are still to run, because virtual time waits for them. */
export interface InstalledGlobals {
  readonly pendingImmediates: number;
  uninstall(): void;
}

/** What a timer function of the runtimes gives back, as far as libraries use it. */
class VirtualTimeout {
  readonly #timer: Timer;

  constructor(timer: Timer) {
    this.#timer = timer;
  }

  cancel(): void {
    this.#timer.cancel();
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

type Callback = (...args: readonly unknown[]) => void;

function timerFunctions(clock: Clock) {
  const clear = (timeout: unknown) => {
    if (timeout instanceof VirtualTimeout) timeout.cancel();
  };
  return {
    setTimeout: (run: Callback, delayMs?: number, ...args: readonly unknown[]) =>
      new VirtualTimeout(clock.after(Math.trunc(delayMs ?? 0), () => run(...args))),
    setInterval: (run: Callback, delayMs?: number, ...args: readonly unknown[]) =>
      new VirtualTimeout(clock.every(Math.trunc(delayMs ?? 0), () => run(...args))),
    clearTimeout: clear,
    clearInterval: clear,
  };
}

function immediateFunctions() {
  const pending = new Set<object>();
  return {
    pending,
    setImmediate(run: Callback, ...args: readonly unknown[]) {
      const handle = {};
      pending.add(handle);
      later(() => {
        if (pending.delete(handle)) run(...args);
      });
      return handle;
    },
    clearImmediate: (handle: object) => void pending.delete(handle),
  };
}

function virtualDate(clock: Clock): DateConstructor {
  const RealDate = globalThis.Date;
  return new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [clock.nowMs()] : args, newTarget),
    apply: () => new RealDate(clock.nowMs()).toString(),
    get: (target, property, receiver) =>
      property === "now" ? () => clock.nowMs() : Reflect.get(target, property, receiver),
  });
}

function virtualHrtime(clock: Clock) {
  const nanoseconds = () => BigInt(Math.round(clock.monotonicMs() * NS_PER_MS));
  const hrtime = (since?: readonly [number, number]): [number, number] => {
    const start = since ? BigInt(since[0]) * NS_PER_SECOND + BigInt(since[1]) : 0n;
    const passed = nanoseconds() - start;
    return [Number(passed / NS_PER_SECOND), Number(passed % NS_PER_SECOND)];
  };
  return Object.assign(hrtime, { bigint: nanoseconds });
}

let installed = false;

/**
 * Replaces Date, performance.now, process.hrtime, Math.random, and the functions for timers and immediates.
 * @throws DashstreamError `invariant` if they are replaced already
 */
export function installVirtualGlobals(clock: Clock, random: Pick<Random, "next">): InstalledGlobals {
  if (installed) throw new DashstreamError("invariant", "the globals are in virtual time already");
  installed = true;
  const { pending, ...immediates } = immediateFunctions();
  const replacements: readonly (readonly [object, Readonly<Record<string, unknown>>])[] = [
    [globalThis, { Date: virtualDate(clock), ...timerFunctions(clock), ...immediates }],
    [performance, { now: () => clock.monotonicMs() }],
    [process, { hrtime: virtualHrtime(clock) }],
    [Math, { random: () => random.next() }],
  ];
  const restores = replacements.flatMap(([target, values]) =>
    Object.entries(values).map(([name, value]) => replace(target, name, value)),
  );
  return {
    get pendingImmediates() {
      return pending.size;
    },
    uninstall() {
      if (restores.length === 0) return;
      for (const restore of restores.splice(0)) restore();
      installed = false;
    },
  };
}

function replace(target: object, name: string, value: unknown): () => void {
  const original = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { value, configurable: true, writable: true, enumerable: true });
  return () => {
    if (original) Object.defineProperty(target, name, original);
    else Reflect.deleteProperty(target, name);
  };
}
