// Frames of the second protocol, made once for all clients that are sent the same records: live ones nearly always
// are, and so are many that catch up from the same page.

import type { RecordWindow } from "./record-window.ts";

export type Frame = string | Uint8Array<ArrayBuffer>;

/** Writes kept of one window; clients that are live need only the latest. */
const KEPT_WRITES = 16;

export class FrameCache {
  /** By window, and in it by what the frame holds; a window that is gone takes its frames with it. */
  readonly #windows = new WeakMap<RecordWindow, Map<string, readonly Frame[]>>();

  /** The frames under `key`, made by `make` if they are not there. */
  frames(window: RecordWindow, key: string, make: () => readonly Frame[]): readonly Frame[] {
    const kept = this.#windows.get(window) ?? new Map<string, readonly Frame[]>();
    const known = kept.get(key);
    if (known !== undefined) return known;
    const made = make();
    kept.set(key, made);
    const [oldest] = kept.keys();
    if (kept.size > KEPT_WRITES && oldest !== undefined) kept.delete(oldest);
    this.#windows.set(window, kept);
    return made;
  }
}
