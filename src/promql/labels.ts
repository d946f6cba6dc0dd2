// A set of labels: immutable, sorted by name, with a key under which equal sets meet.

/** The label that holds the name of a metric. */
export const METRIC_NAME = "__name__";

/** Labels that are about the metric and not about the series: its name, type and unit go together. */
export const METADATA_LABELS: ReadonlySet<string> = new Set([METRIC_NAME, "__type__", "__unit__"]);

export type LabelEntry = readonly [name: string, value: string];

/** Equal sets have the same `key`. A label with an empty value is a label that is not there. */
export class Labels implements Iterable<LabelEntry> {
  /** Sorted by name; no empty values. */
  readonly entries: readonly LabelEntry[];
  #key: string | null = null;

  private constructor(entries: readonly LabelEntry[]) {
    this.entries = entries;
  }

  static readonly empty = new Labels([]);

  static of(labels: Iterable<LabelEntry> | Readonly<Record<string, string>>): Labels {
    const given = Symbol.iterator in labels ? [...labels] : Object.entries(labels);
    const entries = given.filter(([, value]) => value !== "");
    return entries.length === 0 ? Labels.empty : new Labels(entries.sort(byName));
  }

  get key(): string {
    this.#key ??= this.entries.map(([name, value]) => `${name}\u0000${value}`).join("\u0001");
    return this.#key;
  }

  get name(): string {
    return this.get(METRIC_NAME);
  }

  /** "" if it is not there. */
  get(name: string): string {
    for (const [own, value] of this.entries) if (own === name) return value;
    return "";
  }

  has(name: string): boolean {
    return this.entries.some(([own]) => own === name);
  }

  /** With these values instead; "" removes a label. */
  with(changes: Readonly<Record<string, string>>): Labels {
    const kept = this.entries.filter(([name]) => !Object.hasOwn(changes, name));
    return Labels.of([...kept, ...Object.entries(changes)]);
  }

  without(names: ReadonlySet<string>): Labels {
    return this.#where((name) => !names.has(name));
  }

  only(names: ReadonlySet<string>): Labels {
    return this.#where((name) => names.has(name));
  }

  withoutName(): Labels {
    return this.#where((name) => name !== METRIC_NAME);
  }

  toObject(): Record<string, string> {
    return Object.fromEntries(this.entries);
  }

  /** As Prometheus writes it: `name{label="value"}`. */
  toString(): string {
    const labels = this.entries
      .filter(([name]) => name !== METRIC_NAME)
      .map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    if (this.name === "") return `{${labels.join(", ")}}`;
    return labels.length === 0 ? this.name : `${this.name}{${labels.join(", ")}}`;
  }

  [Symbol.iterator](): Iterator<LabelEntry> {
    return this.entries[Symbol.iterator]();
  }

  #where(isKept: (name: string) => boolean): Labels {
    const entries = this.entries.filter(([name]) => isKept(name));
    return entries.length === this.entries.length ? this : new Labels(entries);
  }
}

/** By bytes, as Prometheus sorts; not by locale. */
function byName([a]: LabelEntry, [b]: LabelEntry): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
