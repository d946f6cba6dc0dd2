// What a catalogue entry says about a metric. The catalogue is the only place where a metric gets its name.

/**
 * The programs that export metrics; the value is also `component` in their log lines. `stream` is a program of
 * somebody else that uses the library.
 */
export type Component = "websocket-server" | "quality-monitor" | "exporter" | "stream";

/**
 * Parts of a component that may be switched off; their series exist only while they are on. `redis` is the replay
 * tier, `rate_limit_redis` are tenant limits that several processes share, `replica_writer` is the writing of dead letters
 * by one replica for all, `tracing` is the export of traces.
 */
export type Feature = "redis" | "rate_limit_redis" | "replica_writer" | "tracing";

/** The parts that are on; what is not named is off. */
export type Features = Readonly<Partial<Record<Feature, boolean>>>;

/** One feature, or several of which any is enough. */
export type Requirement = Feature | readonly Feature[];

/** One value of a closed label; the object form exists only with its feature. */
export type LabelValue = string | { readonly value: string; readonly requires: Requirement };

/** Whether what is required is on. */
export function isMet(requirement: Requirement, features: Features): boolean {
  const any = typeof requirement === "string" ? [requirement] : requirement;
  return any.some((feature) => features[feature] === true);
}

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
  readonly requires?: Requirement;
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
