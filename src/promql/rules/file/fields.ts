// Fields of rules and groups, read with what is wrong about them.

import { nearestName } from "../../../config/nearest.ts";
import { parseDuration } from "../duration.ts";
import type { RuleProblems } from "./rule-problems.ts";
import type { YamlValue } from "./yaml-value.ts";

/** Of the letters of a known field, in a guess at what was meant. */
const WRONG_SHARE = 0.3;

/** Reads the fields of one map. `subject` names it in messages, for example `alert "Down"`. */
export class FieldReader {
  readonly #map: YamlValue;
  readonly #problems: RuleProblems;
  readonly subject: string;

  constructor(map: YamlValue, subject: string, problems: RuleProblems) {
    this.#map = map;
    this.subject = subject;
    this.#problems = problems;
  }

  /** Refuses all other fields. */
  allow(names: readonly string[]): void {
    for (const { key, keyPosition } of this.#map.entries ?? []) {
      if (names.includes(key)) continue;
      const near = nearestName(key, names, WRONG_SHARE);
      const hint = near === null ? `known are ${names.join(", ")}` : `did you mean ${near}?`;
      this.#problems.add(keyPosition, `${this.subject}: unknown field ${JSON.stringify(key)}; ${hint}`);
    }
  }

  /** The field, or `null` if it is not there or null. */
  value(name: string): YamlValue | null {
    const value = this.#map.get(name);
    return value === null || value.isNull ? null : value;
  }

  fail(value: YamlValue, reason: string): null {
    this.#problems.add(value.position, `${this.subject}: ${reason}`);
    return null;
  }

  /** `null` if it is not there, or is no text, which is a problem. */
  text(name: string): string | null {
    const value = this.value(name);
    return value && (value.text ?? this.fail(value, `${name} must be a text, not ${value.kind}`));
  }

  durationMs(name: string): number | null {
    const value = this.value(name);
    const text = this.text(name);
    if (value === null || text === null) return null;
    const duration = parseDuration(text);
    if (!("problem" in duration)) return duration.ms;
    return this.fail(value, `${name}: ${duration.problem}; expected for example 30s, 5m, 1h30m or 1d`);
  }

  int(name: string): number | null {
    const value = this.value(name);
    const text = this.text(name);
    if (value === null || text === null) return null;
    if (/^[+-]?\d{1,15}$/.test(text)) return Number(text);
    return this.fail(value, `${name} must be a whole number, not ${JSON.stringify(text)}`);
  }

  list(name: string): readonly YamlValue[] {
    const value = this.value(name);
    if (value === null) return [];
    return value.items ?? this.fail(value, `${name} must be a list, not ${value.kind}`) ?? [];
  }

  /** A map of texts; each with its value, which knows its place. */
  texts(name: string): ReadonlyMap<string, YamlValue> {
    const map = this.value(name);
    if (map !== null && map.entries === null) this.fail(map, `${name} must be a map, not ${map.kind}`);
    const texts = new Map<string, YamlValue>();
    for (const { key, value } of map?.entries ?? []) {
      if (value.text === null && !value.isNull) {
        this.fail(value, `${key} in ${name} must be a text, not ${value.kind}`);
      } else texts.set(key, value);
    }
    return texts;
  }
}

/** The texts alone; null is "". */
export function plainTexts(texts: ReadonlyMap<string, YamlValue>): Readonly<Record<string, string>> {
  return Object.fromEntries([...texts].map(([name, value]) => [name, value.text ?? ""]));
}
