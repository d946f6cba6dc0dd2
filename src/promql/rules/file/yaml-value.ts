// YAML with positions. All scalars are texts, as Prometheus takes them: `severity: 1` and `for: 5m` alike.

import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseAllDocuments,
} from "yaml";
import type { FilePosition } from "../rule.ts";
import type { RuleProblems } from "./rule-problems.ts";
import { YamlSource } from "./yaml-source.ts";

const NULLS: ReadonlySet<string> = new Set(["", "~", "null", "Null", "NULL"]);

/** The key under which a map takes the entries of others, unless it has them itself (YAML 1.1). */
const MERGE = "<<";

export interface YamlEntry {
  readonly key: string;
  readonly keyPosition: FilePosition;
  readonly value: YamlValue;
}

/** A node, where it stands. */
export class YamlValue {
  readonly #document: Document;
  readonly #node: Node | null;
  readonly #source: YamlSource;
  /** Where it begins; of nothing, where its key ends. */
  readonly position: FilePosition;

  constructor(document: Document, node: Node | null, source: YamlSource, position: FilePosition) {
    this.#document = document;
    this.#node = isAlias(node) ? (node.resolve(document) ?? null) : node;
    this.#source = source;
    this.position = position;
  }

  get isNull(): boolean {
    if (this.#node === null) return true;
    return isScalar(this.#node) && this.#node.type === "PLAIN" && NULLS.has(String(this.#node.value));
  }

  /** What it is, in messages. */
  get kind(): "a map" | "a list" | "a text" | "nothing" {
    if (this.isNull) return "nothing";
    if (isMap(this.#node)) return "a map";
    return isSeq(this.#node) ? "a list" : "a text";
  }

  /** The text of a scalar; `null` if it is none. */
  get text(): string | null {
    return isScalar(this.#node) && !this.isNull ? String(this.#node.value) : null;
  }

  /** The entries of a map, `null` if it is none. */
  get entries(): readonly YamlEntry[] | null {
    if (!isMap(this.#node)) return null;
    const entries = this.#node.items.map((pair) => this.#entry(pair as Pair<Node, Node | null>));
    const own = entries.filter(({ key }) => key !== MERGE);
    const names = new Set(own.map(({ key }) => key));
    const merged = entries.filter(({ key }) => key === MERGE).flatMap(({ value }) => value.#mergedEntries());
    return [...own, ...merged.filter(({ key }) => !names.has(key) && names.add(key))];
  }

  /** Of a map that is merged into another one, or of several. */
  #mergedEntries(): readonly YamlEntry[] {
    return this.entries ?? this.items?.flatMap((item) => item.entries ?? []) ?? [];
  }

  get(key: string): YamlValue | null {
    return this.entries?.find((entry) => entry.key === key)?.value ?? null;
  }

  /** The items of a list, `null` if it is none. */
  get items(): readonly YamlValue[] | null {
    if (!isSeq(this.#node)) return null;
    return this.#node.items.map((item) => this.#child(item as Node | null, this.position));
  }

  /** Of a place inside its text. */
  positionInside(offset: number): FilePosition {
    if (!isScalar(this.#node)) return this.position;
    return this.#source.positionInside(this.#node, String(this.#node.value), offset);
  }

  #entry({ key, value }: Pair<Node, Node | null>): YamlEntry {
    const keyPosition = this.#source.positionAt(key.range?.[0] ?? 0);
    return {
      key: isScalar(key) ? String(key.value) : String(key),
      keyPosition,
      value: this.#child(value, keyPosition),
    };
  }

  #child(node: Node | null, nearby: FilePosition): YamlValue {
    const start = node?.range?.[0];
    const position = start === undefined ? nearby : this.#source.positionAt(start);
    return new YamlValue(this.#document, node, this.#source, position);
  }
}

/** The documents of a file; what is no YAML goes to `problems`. */
export function readYaml(text: string, file: string, problems: RuleProblems): readonly YamlValue[] {
  const source = new YamlSource(text, file);
  const documents = parseAllDocuments(text, {
    lineCounter: source.lines,
    schema: "failsafe",
    prettyErrors: false,
  });
  if (!Array.isArray(documents)) return [];
  for (const { errors } of documents) {
    for (const { message, pos } of errors)
      problems.add(source.positionAt(pos[0]), `not valid YAML: ${message}`);
  }
  return documents.map((document) => {
    const start = document.contents?.range?.[0] ?? document.range?.[0] ?? 0;
    return new YamlValue(document, document.contents, source, source.positionAt(start));
  });
}
