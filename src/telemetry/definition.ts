// What a catalogue entry says about a metric. The catalogue is the only place where a metric gets its name.

/**
 * The programs that export metrics; the value is also `component` in their log lines. `stream` is a program of
 * somebody else that uses the library.
 */
export type Component = "websocket-server" | "quality-monitor" | "exporter" | "stream";

/** Parts of a component that may be switched off; their series exist only while they are on. */
export type Feature = "redis";

export type Features = Readonly<Record<Feature, boolean>>;

/** One value of a closed label; the object form exists only with its feature. */
export type LabelValue = string | { readonly value: string; readonly requires: Feature };

/**
 * The values that a label may take. A metric whose labels are all closed has every series at 0 from the start,
 * because a counter born at 1 never makes `rate()` positive. `dynamic` values are known only at run time.
 */
export type LabelValues = readonly LabelValue[] | "dynamic";

interface DefinitionBase {
  readonly name: string;
  /** One sentence; shown as `# HELP`. */
  readonly help: string;
  readonly labels?: Readonly<Record<string, LabelValues>>;
  readonly requires?: Feature;
  readonly components: readonly Component[];
}

export interface CounterDefinition extends DefinitionBase {
  readonly kind: "counter";
}

export interface GaugeDefinition extends DefinitionBase {
  readonly kind: "gauge";
  /** Value before the first `set`; 0 unless given. */
  readonly initial?: number;
}

export interface HistogramDefinition extends DefinitionBase {
  readonly kind: "histogram";
  /** Inclusive upper bounds in ascending order, without `+Inf`. */
  readonly buckets: readonly number[];
}

export type MetricDefinition = CounterDefinition | GaugeDefinition | HistogramDefinition;
