// Handles to count with. Hot paths hold a handle and add to a plain number; prom-client sees the numbers only
// when somebody scrapes.

export type Labels = Readonly<Record<string, string>>;

export interface Counter {
  inc(amount?: number): void;
  readonly value: number;
}

export interface Gauge {
  set(value: number): void;
  readonly value: number;
}

export interface Histogram {
  /** Adds `count` observations (default 1) of `value`. */
  observe(value: number, count?: number): void;
  /** Names the trace of a value that was observed; of each bucket the last one is shown to who reads OpenMetrics. */
  exemplify(value: number, traceId: string, atMs: number): void;
  /** Number of observations so far. */
  readonly count: number;
  readonly sum: number;
}

/**
 * The series of one component. Names, kinds and label names come from the catalogue; asking for a name that is
 * not there, or with other label names, throws `invariant`. Asking twice gives the same handle.
 */
export interface Metrics {
  counter(name: string, labels?: Labels): Counter;
  gauge(name: string, labels?: Labels): Gauge;
  /** A gauge whose value is read when somebody scrapes; `set` on its handle throws `invariant`. */
  gaugeFn(name: string, labels: Labels, read: () => number): Gauge;
  histogram(name: string, labels?: Labels): Histogram;
  /**
   * Removes one labelled series, for example of a revoked partition; asking for it again starts at 0. Only series
   * with a label that has no fixed values can go, the others are always present (`invariant`).
   */
  remove(name: string, labels: Labels): void;
  /** Renders all series; `accept` is the Accept header (OpenMetrics if asked for, else text 0.0.4). */
  expose(accept: string | null): Promise<{ readonly contentType: string; readonly body: string }>;
}
