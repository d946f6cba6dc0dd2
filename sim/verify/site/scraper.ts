// What Prometheus does with targets: asks each for `/metrics` at every interval, keeps the samples, says `up` 0 when it
// gets none, and marks series stale that are no longer there.

import { describeError, isExpected } from "../../../src/errors.ts";
import { type ExposedSample, ExpositionReader } from "../../../src/promql/exposition.ts";
import { Labels } from "../../../src/promql/labels.ts";
import type { SeriesStore } from "../../../src/promql/series-store.ts";
import type { Clock } from "../../../src/runtime/clock.ts";

export interface ScrapeTarget {
  /** Labels of all its series: `job`, `instance`, and others. */
  readonly labels: Readonly<Record<string, string>>;
  /** Whether discovery knows it now. */
  readonly isKnown: () => boolean;
  /** The text that it answers with, `null` if that is an error. @throws if it does not answer */
  readonly scrape: () => Promise<string | null>;
}

export interface ScraperOptions {
  readonly clock: Clock;
  readonly store: SeriesStore;
  readonly targets: readonly ScrapeTarget[];
  readonly intervalMs: number;
  /** Prometheus' `scrape_timeout`. */
  readonly timeoutMs: number;
}

/** What Prometheus itself says of each scrape. */
const REPORTS = [
  "up",
  "scrape_duration_seconds",
  "scrape_samples_scraped",
  "scrape_samples_post_metric_relabeling",
  "scrape_series_added",
] as const;

/** Series that one target had at its last scrape. */
class TargetState {
  readonly target: ScrapeTarget;
  readonly #own: Labels;
  readonly #reader = new ExpositionReader();
  /** Labels as scraped, to labels as stored. */
  readonly #stored = new Map<Labels, Labels>();
  #present = new Set<Labels>();
  #wasKnown = false;

  constructor(target: ScrapeTarget) {
    this.target = target;
    this.#own = Labels.of(target.labels);
  }

  /**
   * @param text `null` if there was no answer
   * @throws DashstreamError `exposition_invalid` after a text that cannot be read was stored as a scrape that failed
   */
  store(store: SeriesStore, atMs: number, text: string | null): void {
    let samples: readonly ExposedSample[] | null = null;
    try {
      samples = text === null ? null : this.#reader.read(text);
    } finally {
      this.#storeSamples(store, atMs, samples);
    }
  }

  #storeSamples(store: SeriesStore, atMs: number, samples: readonly ExposedSample[] | null): void {
    this.#wasKnown = true;
    const present = new Set<Labels>();
    for (const { labels, value } of samples ?? []) {
      const stored = this.#storedLabels(labels);
      present.add(stored);
      store.append(stored, atMs, value);
    }
    const added = [...present].filter((labels) => !this.#present.has(labels)).length;
    this.#endMissing(store, atMs, present);
    const report: Readonly<Record<(typeof REPORTS)[number], number>> = {
      up: samples === null ? 0 : 1,
      scrape_duration_seconds: 0,
      scrape_samples_scraped: present.size,
      scrape_samples_post_metric_relabeling: present.size,
      scrape_series_added: added,
    };
    for (const [name, value] of Object.entries(report)) store.append(this.#report(name), atMs, value);
  }

  /** Discovery no longer knows it. */
  withdraw(store: SeriesStore, atMs: number): void {
    if (!this.#wasKnown) return;
    this.#wasKnown = false;
    this.#endMissing(store, atMs, new Set());
    for (const name of REPORTS) store.append(this.#report(name), atMs, null);
  }

  #endMissing(store: SeriesStore, atMs: number, present: Set<Labels>): void {
    for (const labels of this.#present) if (!present.has(labels)) store.append(labels, atMs, null);
    this.#present = present;
  }

  #report(name: string): Labels {
    return this.#own.with({ __name__: name });
  }

  /** A label of the target wins; the scraped one of that name is kept with a prefix, as with `honor_labels: false`. */
  #storedLabels(scraped: Labels): Labels {
    const known = this.#stored.get(scraped);
    if (known) return known;
    const own = this.target.labels;
    const entries = scraped.entries.map(
      ([name, value]) => [Object.hasOwn(own, name) ? `exported_${name}` : name, value] as const,
    );
    const stored = Labels.of([...entries, ...Object.entries(own)]);
    this.#stored.set(scraped, stored);
    return stored;
  }
}

/** Scrapes from `start` on, first at once, for as long as its clock runs. */
export class Scraper {
  readonly #options: ScraperOptions;
  readonly #states: readonly TargetState[];
  /** Texts that could not be read: a defect of a component. */
  readonly unreadable = new Set<string>();

  constructor(options: ScraperOptions) {
    this.#options = options;
    this.#states = options.targets.map((target) => new TargetState(target));
  }

  start(): void {
    const { clock, intervalMs } = this.#options;
    void this.#scrapeAll();
    clock.every(intervalMs, () => void this.#scrapeAll());
  }

  async #scrapeAll(): Promise<void> {
    const atMs = this.#options.clock.nowMs();
    await Promise.all(this.#states.map((state) => this.#scrape(state, atMs)));
  }

  async #scrape(state: TargetState, atMs: number): Promise<void> {
    const { store } = this.#options;
    if (!state.target.isKnown()) return state.withdraw(store, atMs);
    const text = await this.#textOf(state.target);
    try {
      state.store(store, atMs, text);
    } catch (error) {
      if (!isExpected(error)) throw error;
      this.unreadable.add(`${state.target.labels.job}: ${describeError(error)}`);
    }
  }

  /** `null` if there is no answer in time. */
  async #textOf(target: ScrapeTarget): Promise<string | null> {
    const { clock, timeoutMs } = this.#options;
    const late = new AbortController();
    try {
      return await Promise.race([
        target.scrape().catch(() => null),
        clock.sleep(timeoutMs, late.signal).then(() => null),
      ]);
    } finally {
      late.abort();
    }
  }
}
