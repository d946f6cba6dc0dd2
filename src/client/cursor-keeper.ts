// Keeps the cursors of a stream in a store: loaded once before the first connection, saved at most once a second while
// they move, and at the end. A store that fails is told of and never ends the stream.

import { DashstreamError, describeError } from "../errors.ts";
import type { Clock, Timer } from "../runtime/clock.ts";
import { type CursorStore, fromStored, toStored } from "./cursor-store.ts";
import type { StreamPlaces } from "./cursors.ts";

const SAVE_INTERVAL_MS = 1000;

export interface CursorKeeperOptions {
  readonly store: CursorStore;
  readonly clock: Clock;
  /** Code `storage_failed`. */
  readonly onError: (error: DashstreamError) => void;
}

export class CursorKeeper {
  readonly #options: CursorKeeperOptions;
  #namespace: string | null = null;
  #places: StreamPlaces | null = null;
  #timer: Timer | null = null;
  #isDirty = false;
  /** Saves one after the other, so that a slow one never overtakes a later one. */
  #saving: Promise<void> = Promise.resolve();

  constructor(options: CursorKeeperOptions) {
    this.#options = options;
  }

  /** The places saved under the namespace; `null` if there are none, or none that can be read. */
  async load(namespace: string): Promise<StreamPlaces | null> {
    this.#namespace = namespace;
    try {
      const stored = await this.#options.store.load(namespace);
      return stored === null ? null : fromStored(stored);
    } catch (cause) {
      this.#fail("load", cause);
      return null;
    }
  }

  /** From now on these are kept; they are read when they are saved. */
  follow(places: StreamPlaces): void {
    this.#places = places;
  }

  /** The places moved. */
  moved(): void {
    this.#isDirty = true;
    this.#timer ??= this.#options.clock.after(SAVE_INTERVAL_MS, () => {
      this.#timer = null;
      this.#save();
    });
  }

  /** Saves what is not saved yet; resolves when it is done, and never rejects. */
  finish(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = null;
    this.#save();
    return this.#saving;
  }

  #save(): void {
    if (!this.#isDirty || this.#namespace === null || this.#places === null) return;
    this.#isDirty = false;
    const namespace = this.#namespace;
    const cursors = toStored(this.#places);
    this.#saving = this.#saving.then(async () => {
      try {
        await this.#options.store.save(namespace, cursors);
      } catch (cause) {
        this.#fail("save", cause);
      }
    });
  }

  #fail(what: "load" | "save", cause: unknown): void {
    const message = `the cursors of ${this.#namespace} could not be ${what === "load" ? "loaded" : "saved"}`;
    this.#options.onError(
      new DashstreamError("storage_failed", `${message}: ${describeError(cause)}`, { cause }),
    );
  }
}
