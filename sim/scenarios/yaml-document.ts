// A YAML document (JSON is one too) that still knows where each of its values stands. Whatever makes it more than plain
// data is a problem: several documents, unknown tags, aliases that contain themselves, keys that are no text.

import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  visit,
} from "yaml";
import { describeError } from "../../src/errors.ts";
import type { FilePosition } from "../../src/promql/rules/rule.ts";
import type { Path, ScenarioProblem } from "./problem.ts";

export interface YamlDocument {
  /** As `JSON.parse` would give it. */
  readonly value: unknown;
  /** Where a value or its key stands; for what is not there, the nearest thing around it. */
  positionOf(path: Path, isAboutKey: boolean): FilePosition;
}

export type YamlReading =
  | { readonly ok: true; readonly document: YamlDocument }
  | { readonly ok: false; readonly problems: readonly ScenarioProblem[] };

interface Fault {
  readonly offset: number;
  readonly reason: string;
}

/** Reads `text`; `file` is its name in positions. */
export function readYaml(text: string, file: string): YamlReading {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const positionAt = (offset: number): FilePosition => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const failed = (faults: readonly Fault[]): YamlReading => ({
    ok: false,
    problems: faults.map(({ offset, reason }) => ({ position: positionAt(offset), path: "", reason })),
  });
  const [document, second] = [...parsed];
  if (document === undefined || document.contents === null) {
    return failed([{ offset: 0, reason: "the file is empty, expected a scenario" }]);
  }
  if (second !== undefined) {
    const reason = "a second document begins, expected one scenario a file";
    return failed([{ offset: second.range[0], reason }]);
  }
  const faults = [
    ...[...document.errors, ...document.warnings].map(({ pos: [offset], message }) => ({
      offset,
      reason: message,
    })),
    ...aliasFaults(document),
  ];
  if (faults.length > 0) return failed(faults);
  try {
    const value: unknown = document.toJS();
    const positionOf = (path: Path, isAboutKey: boolean) => positionAt(offsetOf(document, path, isAboutKey));
    return { ok: true, document: { value, positionOf } };
  } catch (error) {
    // Too many aliases, the one thing that shows only now.
    return failed([{ offset: 0, reason: describeError(error) }]);
  }
}

/** Aliases that mean nothing, or something that they are part of. */
function aliasFaults(document: Document): readonly Fault[] {
  const faults: Fault[] = [];
  visit(document, {
    Alias(_, alias, ancestors) {
      const target = alias.resolve(document);
      const offset = alias.range?.[0] ?? 0;
      if (target === undefined) {
        faults.push({
          offset,
          reason: `*${alias.source} means nothing, expected &${alias.source} before it`,
        });
      } else if (ancestors.some((ancestor) => ancestor === target)) {
        faults.push({ offset, reason: `*${alias.source} contains itself` });
      }
    },
  });
  return faults;
}

/** Where the value at `path` begins, or the last thing on the way to it that is there. */
function offsetOf(document: Document, path: Path, isAboutKey: boolean): number {
  let node: Node | null = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [index, key] of path.entries()) {
    const child = childOf(isAlias(node) ? (node.resolve(document) ?? null) : node, key);
    if (child === null) return offset;
    const wantsKey = isAboutKey && index === path.length - 1;
    offset = (wantsKey ? child.keyOffset : startOf(child.value)) ?? child.keyOffset ?? offset;
    node = child.value;
  }
  return offset;
}

interface Child {
  readonly keyOffset: number | null;
  readonly value: Node | null;
}

function childOf(node: Node | null, key: string | number): Child | null {
  if (isSeq<Node>(node)) {
    const value = typeof key === "number" ? node.items[key] : undefined;
    return value === undefined ? null : { keyOffset: null, value };
  }
  if (!isMap<Node, Node | null>(node)) return null;
  const pair: Pair<Node, Node | null> | undefined = node.items.find(
    (item) => isScalar(item.key) && item.key.value === key,
  );
  return pair === undefined ? null : { keyOffset: startOf(pair.key), value: pair.value };
}

function startOf(node: Node | null): number | null {
  return node?.range?.[0] ?? null;
}
