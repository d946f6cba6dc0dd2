// Puts virtual time and seeded randomness behind the global functions, for libraries that take them from nowhere
// else (kafkajs: `Date.now`, timers, `process.hrtime`, `Math.random`, `crypto.getRandomValues`). Not covered:
// functions imported from `node:timers`, and timers that a runtime keeps inside itself (`AbortSignal.timeout`).

import { DashstreamError } from "../../src/errors.ts";
import type { Timer } from "../../src/runtime/clock.ts";
import type { Random } from "../../src/runtime/random.ts";
import type { VirtualClock } from "./virtual-clock.ts";

type Callback = (...args: readonly unknown[]) => void;

/** What the virtual `setTimeout` and its siblings return. */
class VirtualTimeout {
  readonly #start: () => Timer;
  #timer: Timer;

  constructor(start: () => Timer) {
    this.#start = start;
    this.#timer = start();
  }

  cancel(): void {
    this.#timer.cancel();
  }

  refresh(): this {
    this.#timer.cancel();
    this.#timer = this.#start();
    return this;
  }

  // Virtual time keeps no process alive.
  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }
}

/** Delays below 1 ms, and what is no number, are 1 ms, as on Node; so a loop of timers never stops the time. */
function timerDelayMs(delay: unknown): number {
  const ms = Math.trunc(Number(delay));
  return ms >= 1 ? ms : 1;
}

/** Ends virtual timers; those that were started before the installation go to the machine. */
function clearing(clearReal: (id: never) => void) {
  return (id: unknown) => {
    if (id instanceof VirtualTimeout) id.cancel();
    else clearReal(id as never);
  };
}

function virtualTimers(clock: VirtualClock) {
  return {
    setTimeout: (run: Callback, delay?: unknown, ...args: readonly unknown[]) =>
      new VirtualTimeout(() => clock.after(timerDelayMs(delay), () => run(...args))),
    setInterval: (run: Callback, delay?: unknown, ...args: readonly unknown[]) =>
      new VirtualTimeout(() => clock.every(timerDelayMs(delay), () => run(...args))),
    setImmediate: (run: Callback, ...args: readonly unknown[]) =>
      new VirtualTimeout(() => clock.after(0, () => run(...args))),
    clearTimeout: clearing(clearTimeout),
    clearInterval: clearing(clearInterval),
    clearImmediate: clearing(clearImmediate),
  };
}

function virtualDate(clock: VirtualClock): DateConstructor {
  const nowMs = () => clock.nowMs();
  return new Proxy(Date, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length > 0 ? args : [nowMs()], newTarget),
    apply: (target) => new target(nowMs()).toString(),
    get: (target, key, receiver) => (key === "now" ? nowMs : Reflect.get(target, key, receiver)),
  });
}

function virtualHrtime(clock: VirtualClock): typeof process.hrtime {
  const bigint = () => BigInt(Math.round(clock.monotonicMs() * 1e6));
  const hrtime = (since: readonly [number, number] = [0, 0]): [number, number] => {
    const nanoseconds = bigint() - (BigInt(since[0]) * 1_000_000_000n + BigInt(since[1]));
    return [Number(nanoseconds / 1_000_000_000n), Number(nanoseconds % 1_000_000_000n)];
  };
  return Object.assign(hrtime, { bigint });
}

function fillRandomly<T extends ArrayBufferView>(view: T, random: Random): T {
  new Uint8Array(view.buffer, view.byteOffset, view.byteLength).set(random.bytes(view.byteLength));
  return view;
}

let installed = false;

/**
 * Installs them for this process.
 * @returns puts everything back as it was; virtual timers that still wait are dropped
 * @throws DashstreamError `invariant` if they are installed already: a process lives in one time
 */
export function installVirtualGlobals(clock: VirtualClock, random: Random): () => void {
  if (installed) throw new DashstreamError("invariant", "virtual time is already installed in this process");
  installed = true;
  const restores = [
    ...Object.entries(virtualTimers(clock)).map(([name, value]) => replace(globalThis, name, value)),
    replace(globalThis, "Date", virtualDate(clock)),
    replace(performance, "now", () => clock.monotonicMs()),
    replace(process, "hrtime", virtualHrtime(clock)),
    replace(Math, "random", () => random.next()),
    replace(crypto, "getRandomValues", (view: ArrayBufferView) => fillRandomly(view, random)),
  ];
  return () => {
    for (const restore of restores) restore();
    installed = false;
  };
}

/** Shadows a property; what was there, on the object itself or inherited, comes back. */
function replace(target: object, name: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { value, configurable: true, writable: true, enumerable: true });
  return () => {
    if (before) Object.defineProperty(target, name, before);
    else Reflect.deleteProperty(target, name);
  };
}
