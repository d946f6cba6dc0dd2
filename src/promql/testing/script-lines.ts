// The lines of a script, read one after the other, and errors that name the one at fault.

import { DashstreamError, describeError } from "../../errors.ts";
import { parseDuration } from "../rules/duration.ts";

/** Without comments and space around; a line with neither is empty and ends a block. */
export class ScriptLines {
  readonly #file: string;
  readonly #lines: readonly string[];
  #next = 0;

  constructor(text: string, file: string) {
    this.#file = file;
    this.#lines = text.split("\n").map((line) => {
      const trimmed = line.trim();
      return trimmed.startsWith("#") ? "" : trimmed;
    });
  }

  /** Number of the line read last, from 1. */
  get number(): number {
    return this.#next;
  }

  /** `null` after the last line. */
  next(): string | null {
    return this.#lines[this.#next++] ?? null;
  }

  /** The next line of the block; `null` at its end. */
  nextOfBlock(): string | null {
    const line = this.#lines[this.#next] ?? "";
    if (line === "") return null;
    this.#next++;
    return line;
  }

  invalid(reason: string, cause?: unknown): DashstreamError {
    const options = cause === undefined ? {} : { cause };
    return new DashstreamError("promql_invalid", `${this.#file}:${this.#next}: ${reason}`, options);
  }

  /** Runs `read`; an expression that is not valid is named with the line. */
  located<T>(read: () => T): T {
    try {
      return read();
    } catch (cause) {
      if (!(cause instanceof DashstreamError) || cause.code !== "promql_invalid") throw cause;
      throw this.invalid(describeError(cause), cause);
    }
  }

  /** Milliseconds of a duration such as `1h30m`. */
  durationMs(text: string, what: string): number {
    const parsed = parseDuration(text);
    if ("ms" in parsed) return parsed.ms;
    throw this.invalid(`${what} is ${JSON.stringify(text)}, expected a duration such as 30s or 1h30m`);
  }
}
