// Tells a filter that names an error type which nothing has, such as a misspelled one, from one that has found nothing.

import { NONE } from "./bounded-name.ts";
import { isType, type LetterFilter } from "./filter.ts";
import type { DeadLetterView } from "./letter.ts";

/** More types than this are not listed. */
const MAX_TYPES = 20;

export class SeenTypes {
  readonly #missing: Set<string>;
  readonly #isWatching: boolean;
  readonly #seen = new Set<string>();

  constructor({ types = [] }: LetterFilter) {
    this.#missing = new Set(types);
    this.#isWatching = types.length > 0;
  }

  /** To be called for each letter that is read, whether or not the filter means it. */
  add({ errorType }: DeadLetterView): void {
    if (!this.#isWatching) return;
    for (const type of this.#missing) if (isType(errorType, type)) this.#missing.delete(type);
    if (this.#seen.size <= MAX_TYPES) this.#seen.add(errorType ?? NONE);
  }

  /** A sentence about the types that no letter had, `null` if there is no such type. Holds text of strangers. */
  problem(): string | null {
    if (this.#missing.size === 0) return null;
    const seen = [...this.#seen].slice(0, MAX_TYPES);
    const list = seen.length === 0 ? "none at all" : seen.join(", ");
    const more = this.#seen.size > MAX_TYPES ? " and others" : "";
    const wanted = [...this.#missing].map((type) => `"${type}"`).join(", ");
    return `no letter that was read has --type ${wanted}; read: ${list}${more}`;
  }
}
