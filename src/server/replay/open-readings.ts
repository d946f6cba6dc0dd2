// Readings of Kafka that go on where they stopped: one fetch brings more than a page has, and whoever asks for one
// page mostly asks for the next. A few that nobody uses are kept for a while, each with up to a fetch in memory.

import type { Clock, Timer } from "../../runtime/clock.ts";
import type { RangePage } from "../../stream/range-reader.ts";

/** A reading of one partition that stands at `position`. */
export interface OpenReading {
  readonly partition: number;
  /** The offset that its next page begins at. */
  position: number;
  readonly pages: AsyncGenerator<RangePage, void, undefined>;
  /** What `pages` gave last, if some of it is still to be used, from record `index` on. */
  page: RangePage | null;
  index: number;
}

interface Idle {
  readonly reading: OpenReading;
  readonly timer: Timer;
}

export interface OpenReadingsOptions {
  readonly clock: Clock;
  /** Readings kept that nobody uses. */
  readonly maxIdle: number;
  /** Milliseconds after which such a one ends. */
  readonly idleMs: number;
}

export class OpenReadings {
  readonly #options: OpenReadingsOptions;
  /** Those that nobody uses, longest idle first. */
  readonly #idle = new Set<Idle>();
  /** Rises when what was read of a partition is no longer of its log. */
  readonly #epochs = new Map<number, number>();
  readonly #begunIn = new WeakMap<OpenReading, number>();
  #closed = false;

  constructor(options: OpenReadingsOptions) {
    this.#options = options;
  }

  get idleCount(): number {
    return this.#idle.size;
  }

  /** One that stands exactly there, or one that begins. It is the caller's until `keep` or `end`. */
  take(partition: number, position: number, begin: () => OpenReading["pages"]): OpenReading {
    for (const idle of this.#idle) {
      const { reading, timer } = idle;
      if (reading.partition !== partition || reading.position !== position) continue;
      timer.cancel();
      this.#idle.delete(idle);
      return reading;
    }
    const reading: OpenReading = { partition, position, pages: begin(), page: null, index: 0 };
    this.#begunIn.set(reading, this.#epoch(partition));
    return reading;
  }

  /** Keeps it for whoever asks for its position next; the one that was idle longest makes room. */
  keep(reading: OpenReading): void {
    if (this.#closed || this.#begunIn.get(reading) !== this.#epoch(reading.partition)) {
      this.end(reading);
      return;
    }
    const timer = this.#options.clock.after(this.#options.idleMs, () => this.#drop(idle));
    const idle: Idle = { reading, timer };
    this.#idle.add(idle);
    const [oldest] = this.#idle;
    if (this.#idle.size > this.#options.maxIdle && oldest) this.#drop(oldest);
  }

  end(reading: OpenReading): void {
    reading.page = null;
    // It waits for nothing, so it ends at once; one that failed has ended already.
    void reading.pages.return();
  }

  /** Offsets of the partition start over: readings of it that are in use are not kept either. */
  forget(partition: number): void {
    this.#epochs.set(partition, this.#epoch(partition) + 1);
    for (const idle of this.#idle) if (idle.reading.partition === partition) this.#drop(idle);
  }

  close(): void {
    this.#closed = true;
    for (const idle of this.#idle) this.#drop(idle);
  }

  #drop(idle: Idle): void {
    idle.timer.cancel();
    this.#idle.delete(idle);
    this.end(idle.reading);
  }

  #epoch(partition: number): number {
    return this.#epochs.get(partition) ?? 0;
  }
}
