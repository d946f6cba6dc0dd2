// Frames of the second protocol, made once for all clients that are sent the same records: live ones nearly always
// are, and so are many that catch up from the same page.

import type { RecordWindow } from "./record-window.ts";

export type Frame = string | Uint8Array<ArrayBuffer>;

/** Frames kept of one window; clients that are live need only the latest. */
const KEPT_FRAMES = 16;

export class FrameCache {
  /** By window, and in it by what the frame holds; a window that is gone takes its frames with it. */
  readonly #windows = new WeakMap<RecordWindow, Map<string, Frame>>();

  /** The frame under `key`, made by `make` if it is not there. */
  frame<F extends Frame>(window: RecordWindow, key: string, make: () => F): F {
    const frames = this.#windows.get(window) ?? new Map<string, Frame>();
    const known = frames.get(key);
    // The same key is always made by the same kind of outlet.
    if (known !== undefined) return known as F;
    const frame = make();
    frames.set(key, frame);
    const [oldest] = frames.keys();
    if (frames.size > KEPT_FRAMES && oldest !== undefined) frames.delete(oldest);
    this.#windows.set(window, frames);
    return frame;
  }
}
